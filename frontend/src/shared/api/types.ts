/** The API's shapes as the web app uses them. */

export type Priority = "none" | "low" | "medium" | "high" | "urgent";
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "medium", "low", "none"];

export type TagColor = "gray" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";
export const TAG_COLORS: readonly TagColor[] = ["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"];

export interface Page<T> { items: T[]; next_cursor: string | null; total?: number | null }

export interface UserSettings { default_reminder_minutes: number | null; all_day_reminder_time: string }
export interface User {
  id: string; email: string; display_name: string | null; time_zone: string; locale: string; week_start: number;
  created_at: string; operator: boolean; settings: UserSettings;
}
export interface Session { access_token: string; expires_in: number; user: User }

export interface Reminder { id?: string; minutes_before?: number | null; at?: string | null }
export interface Task {
  id: string; title: string; notes: string; status: "open" | "completed"; priority: Priority; tags: string[];
  due_on: string | null; due_at: string | null; due_local: string | null; due_tz: string | null;
  parent_id: string | null; rank: string; recurring_task_id: string | null; occurrence_key: string | null;
  reminders: Reminder[]; subtasks: { total: number; completed: number };
  version: number; created_at: string; updated_at: string; completed_at: string | null; deleted_at: string | null;
}
/** What can be sent for a task; a missing member stays as it is. */
export interface TaskInput {
  title?: string; notes?: string; priority?: Priority; tags?: string[];
  due_on?: string | null; due_at?: string | null; due_tz?: string | null;
  parent_id?: string | null; reminders?: Reminder[];
}
export interface TaskQuery {
  q?: string; status?: "open" | "completed" | "all"; priority?: Priority[]; tag?: string[]; tag_match?: "any" | "all" | "none";
  due?: "overdue" | "today" | "upcoming" | "none" | "any"; due_before?: string; due_after?: string; completed_before?: string; completed_after?: string;
  parent_id?: string; trash?: boolean; sort?: SortKey; order?: "asc" | "desc"; limit?: number; cursor?: string; total?: boolean;
}
export type SortKey = "rank" | "due" | "priority" | "created" | "updated" | "completed" | "title" | "relevance";

export interface MoveInput { parent_id?: string | null; before_id?: string; after_id?: string }
export interface BulkOperation {
  action: "create" | "update" | "complete" | "reopen" | "delete" | "restore" | "purge" | "move";
  id?: string; task?: TaskInput; move?: MoveInput; version?: number;
}

export interface ParseToken { kind: "due" | "recurrence" | "tag" | "priority" | "reminder" | "quoted"; start: number; end: number; text: string; value: unknown; label: string }
export interface ParsedTask {
  title: string; notes?: string; priority: Priority; tags: string[]; due_on: string | null; due_at: string | null;
  due_local: string | null; due_tz: string | null; rrule: string | null; reminders: Reminder[];
  /** With rrule: the first occurrence (local) and what it counts from. */
  dtstart?: string | null; mode?: "schedule" | "completion";
}
export interface ParsedItem { task: ParsedTask; tokens: ParseToken[] }

export interface Tag { id: string; name: string; color: TagColor; task_count: number; version: number; created_at: string }

export interface AuditEntry {
  id: string; type: string; occurred_at: string; actor: { user_id: string; origin: "web" | "api" | "mcp" | "chat" | "system" };
  task_id: string | null; tag_id?: string | null; title: string; changes: Record<string, { before: unknown; after: unknown }>;
}
export interface RecurringTemplate { title: string; notes?: string; priority?: Priority; tags?: string[]; reminders?: Reminder[] }
export interface RecurringTask {
  id: string; rrule: string; dtstart: string; time_zone: string; mode: "schedule" | "completion"; template: RecurringTemplate;
  description: string; paused_at: string | null; ended_at: string | null; next_occurrence: Occurrence | null; created_at: string; version: number;
}
export interface Occurrence { local: string; utc: string }
export interface RecurringInput { rrule: string; dtstart: string; time_zone: string; mode: "schedule" | "completion"; template?: RecurringTemplate; task_id?: string }

export interface Notification {
  id: string; kind: "reminder" | "digest" | "system"; title: string; body: string; task_id: string | null; occurrence_id: string | null;
  created_at: string; read_at: string | null;
}
export type NotificationPage = Page<Notification> & { unread_count: number };
export interface PushDevice { id: string; endpoint_host: string; user_agent: string | null; created_at: string; last_success_at: string | null; failure_count: number }
export type ChannelName = "push" | "email" | "in_app";
export interface Preferences {
  channels: Record<string, Record<ChannelName, boolean>>;
  quiet_hours: { enabled: boolean; start: string; end: string };
}
export interface ApiToken { id: string; name: string; scopes: string[]; created_at: string; expires_at: string | null; last_used_at?: string | null; token?: string }

export interface Problem {
  type: string; title: string; status: number; detail?: string; instance?: string;
  errors?: { field: string; detail: string }[]; current?: Task;
}

export interface Mail { id: string; to: string; subject: string; sent_at: string; text: string; html?: string | null }
export interface Conversation { id: string; title: string; created_at: string; updated_at: string }
export interface ChatMessage { id: string; role: "user" | "assistant" | "tool"; content: { text?: string }; created_at: string }
