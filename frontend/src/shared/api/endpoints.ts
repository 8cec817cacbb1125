/** Every call of the API that the web app makes, one line each. */
import { request } from "./http";
import type * as T from "./types";

const id = encodeURIComponent;
const key = (idempotencyKey?: string) => (idempotencyKey ? { "Idempotency-Key": idempotencyKey } : undefined);
const match = (version?: number): Record<string, string> => (version === undefined ? {} : { "If-Match": `"${version}"` });
const get = <R>(path: string, query?: object, signal?: AbortSignal) => request<R>(path, { query, signal });
const post = <R>(path: string, body: unknown = {}, idempotencyKey?: string) => request<R>(path, { method: "POST", body, headers: key(idempotencyKey) });
const patch = <R>(path: string, body: unknown, headers?: Record<string, string>) => request<R>(path, { method: "PATCH", body, headers });
const remove = (path: string, query?: object) => request<void>(path, { method: "DELETE", query });

export const auth = {
  register: (body: { email: string; password: string; display_name?: string; time_zone?: string; locale?: string }) =>
    request<T.Session>("/api/auth/register", { method: "POST", body, anonymous: true }),
  login: (body: { email: string; password: string }) => request<T.Session>("/api/auth/login", { method: "POST", body, anonymous: true }),
  logout: () => post<void>("/api/auth/logout"),
  me: () => get<T.User>("/api/auth/me"),
  change: (body: Partial<Pick<T.User, "display_name" | "time_zone" | "locale" | "week_start">> & { settings?: Partial<T.UserSettings> }) =>
    patch<T.User>("/api/auth/me", body),
  remove: (password: string) => request<void>("/api/auth/me", { method: "DELETE", body: { password } }),
  password: (body: { current_password: string; new_password: string }) => request<void>("/api/auth/password", { method: "PUT", body }),
  tokens: () => get<T.Page<T.ApiToken>>("/api/auth/tokens"),
  createToken: (body: { name: string; scopes: string[]; expires_in_days?: number }) => post<T.ApiToken>("/api/auth/tokens", body),
  revokeToken: (tokenId: string) => remove(`/api/auth/tokens/${id(tokenId)}`),
};

export const tasks = {
  list: (query: T.TaskQuery, signal?: AbortSignal) => get<T.Page<T.Task>>("/api/tasks", query, signal),
  get: (taskId: string, signal?: AbortSignal) => get<T.Task>(`/api/tasks/${id(taskId)}`, undefined, signal),
  create: (body: T.TaskInput, idempotencyKey?: string) => post<T.Task>("/api/tasks", body, idempotencyKey),
  change: (taskId: string, body: T.TaskInput, version?: number) => patch<T.Task>(`/api/tasks/${id(taskId)}`, body, match(version)),
  act: (taskId: string, action: "complete" | "reopen" | "restore", idempotencyKey?: string) =>
    post<T.Task>(`/api/tasks/${id(taskId)}/${action}`, {}, idempotencyKey),
  move: (taskId: string, body: T.MoveInput, idempotencyKey?: string) => post<T.Task>(`/api/tasks/${id(taskId)}/move`, body, idempotencyKey),
  remove: (taskId: string, permanent = false) => remove(`/api/tasks/${id(taskId)}`, permanent ? { permanent: true } : undefined),
  bulk: (operations: T.BulkOperation[], idempotencyKey?: string) =>
    post<{ results: { action: string; id: string; task: T.Task | null }[] }>("/api/tasks/bulk", { operations }, idempotencyKey),
  parse: (body: { text: string; time_zone?: string; locale?: string }, signal?: AbortSignal) =>
    request<{ items: T.ParsedItem[] }>("/api/tasks/parse", { method: "POST", body, signal }),
};

export const tags = {
  list: (query: { cursor?: string; limit?: number } = {}) => get<T.Page<T.Tag>>("/api/tags", query),
  create: (body: { name: string; color?: T.TagColor }) => post<T.Tag>("/api/tags", body),
  change: (tagId: string, body: { name?: string; color?: T.TagColor }) => patch<T.Tag>(`/api/tags/${id(tagId)}`, body),
  merge: (tagId: string, into_id: string) => post<T.Tag>(`/api/tags/${id(tagId)}/merge`, { into_id }),
  remove: (tagId: string) => remove(`/api/tags/${id(tagId)}`),
};

export const audit = {
  list: (query: { task_id?: string; type?: string; since?: string; until?: string; limit?: number; cursor?: string }) =>
    get<T.Page<T.AuditEntry>>("/api/audit", query),
};

export const recurring = {
  list: (query: { cursor?: string } = {}) => get<T.Page<T.RecurringTask>>("/api/recurring-tasks", query),
  get: (seriesId: string) => get<T.RecurringTask>(`/api/recurring-tasks/${id(seriesId)}`),
  create: (body: T.RecurringInput, idempotencyKey?: string) => post<T.RecurringTask>("/api/recurring-tasks", body, idempotencyKey),
  change: (seriesId: string, body: Partial<T.RecurringInput>) => patch<T.RecurringTask>(`/api/recurring-tasks/${id(seriesId)}`, body),
  act: (seriesId: string, action: "pause" | "resume" | "skip" | "end") => post<T.RecurringTask>(`/api/recurring-tasks/${id(seriesId)}/${action}`),
  preview: (seriesId: string, count = 5) => get<{ items: T.Occurrence[] }>(`/api/recurring-tasks/${id(seriesId)}/preview`, { count }),
  previewRule: (query: { rrule: string; dtstart: string; time_zone: string; count?: number }, signal?: AbortSignal) =>
    get<{ items: T.Occurrence[]; description?: string }>("/api/recurring-tasks/preview", query, signal),
};

export const notifications = {
  list: (query: { cursor?: string; limit?: number } = {}) => get<T.NotificationPage>("/api/notifications", query),
  read: (notificationId: string) => post<void>(`/api/notifications/${id(notificationId)}/read`),
  readAll: () => post<void>("/api/notifications/read-all"),
  preferences: () => get<T.Preferences>("/api/notification-preferences"),
  changePreferences: (body: object) => patch<T.Preferences>("/api/notification-preferences", body),
  snooze: (occurrenceId: string, minutes: number) => post<void>(`/api/reminders/${id(occurrenceId)}/snooze`, { minutes }),
};

export const push = {
  publicKey: () => get<{ public_key: string }>("/api/push-subscriptions/public-key"),
  list: () => get<T.Page<T.PushDevice>>("/api/push-subscriptions"),
  register: (body: { endpoint: string; keys: { p256dh: string; auth: string }; user_agent?: string }) => post<T.PushDevice>("/api/push-subscriptions", body),
  test: (deviceId: string) => post<void>(`/api/push-subscriptions/${id(deviceId)}/test`),
  remove: (deviceId: string) => remove(`/api/push-subscriptions/${id(deviceId)}`),
};

export const calendar = {
  state: () => get<{ active: boolean }>("/api/calendar"),
  create: () => post<{ url: string }>("/api/calendar"),
  revoke: () => remove("/api/calendar"),
};

export const mailbox = {
  list: () => get<T.Page<T.Mail>>("/api/mailbox"),
  get: (mailId: string) => get<T.Mail>(`/api/mailbox/${id(mailId)}`),
};

export const chat = {
  conversations: () => get<T.Page<T.Conversation>>("/api/chat/conversations"),
  get: (conversationId: string) => get<T.Conversation & { messages: T.ChatMessage[] }>(`/api/chat/conversations/${id(conversationId)}`),
  rename: (conversationId: string, title: string) => patch<T.Conversation>(`/api/chat/conversations/${id(conversationId)}`, { title }),
  remove: (conversationId: string) => remove(`/api/chat/conversations/${id(conversationId)}`),
  settle: (actionId: string, decision: "confirm" | "cancel") => post<unknown>(`/api/chat/actions/${id(actionId)}/${decision}`),
};
