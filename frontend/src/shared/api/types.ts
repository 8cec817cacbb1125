/** The API's shapes, by the names the web app uses; all of them come from the OpenAPI document (schema.d.ts). */
import type { components, operations } from "./schema";

export type Schemas = components["schemas"];

export type Task = Schemas["Task"];
export type Priority = Task["priority"];
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "medium", "low", "none"];
export type Reminder = Schemas["ReminderInput"] & { id?: string };
export type TaskCreate = Schemas["TaskCreate"];
/** What can be sent for a task; a missing member stays as it is. */
export type TaskInput = Partial<TaskCreate>;
export type TaskQuery = NonNullable<operations["list_tasks"]["parameters"]["query"]>;
export type SortKey = NonNullable<TaskQuery["sort"]>;
export type MoveInput = Schemas["Move"];
export type BulkOperation = Omit<Schemas["Operation"], "task"> & { task?: TaskInput };

export type ParsedItem = Schemas["ParsedItem"];
export type ParsedTask = Schemas["Parsed"];
export type ParseToken = Schemas["ParsedToken"];

export type Tag = Schemas["Tag"];
export type TagColor = Tag["color"];
export const TAG_COLORS: readonly TagColor[] = ["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"];

export type User = Schemas["User"];
export type UserSettings = Schemas["Settings"];
export type Session = Schemas["Session"];
export type SignedIn = Schemas["SignedIn"];
export type ApiToken = Schemas["ApiToken"];
export type TokenScope = ApiToken["scopes"][number];

export type AuditEntry = Schemas["AuditEntry"];
export type RecurringTask = Schemas["RecurringTask"];
export type RecurringInput = Schemas["SeriesCreate"];
export type RecurrenceMode = RecurringTask["mode"];
export type Occurrence = Schemas["OccurrenceTime"];

export type Notification = Schemas["Notification"];
export type NotificationPage = Schemas["NotificationList"];
export type PushDevice = Schemas["Device"];
export type Preferences = Schemas["Preferences"];
export type MessageKind = keyof Preferences["channels"];
export type ChannelName = keyof Preferences["channels"][MessageKind];

export type Mail = Schemas["Mail"];
export type Conversation = Schemas["Conversation"];
export type ChatMessage = Schemas["ConversationMessage"];

/** RFC 9457; `current` comes with a conflict (412), `retry_after` (seconds) from the header of that name. */
export type Problem = Pick<Schemas["Problem"], "type" | "title" | "status"> & Partial<Pick<Schemas["Problem"], "detail" | "instance" | "errors" | "position">> & { current?: Task; retry_after?: number };
export interface Page<T> { items: T[]; next_cursor?: string | null; total?: number | null }
