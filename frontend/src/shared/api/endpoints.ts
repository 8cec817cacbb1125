/** Every call of the API that the web app makes, one line each. */
import { call } from "./client";
import type * as T from "./types";

export const auth = {
  register: (body: T.Schemas["Register"]) => call("post", "/api/auth/register", { body, anonymous: true }),
  login: (body: T.Schemas["LogIn"]) => call("post", "/api/auth/login", { body, anonymous: true }),
  logout: () => call("post", "/api/auth/logout", { body: {} }),
  me: () => call("get", "/api/auth/me"),
  change: (body: T.Schemas["ProfileChange"]) => call("patch", "/api/auth/me", { body }),
  remove: (password: string) => call("delete", "/api/auth/me", { body: { password } }),
  password: (body: T.Schemas["ChangePassword"]) => call("put", "/api/auth/password", { body }),
  forgotPassword: (body: T.Schemas["ForgotPassword"]) => call("post", "/api/auth/password/forgot", { body, anonymous: true }),
  resetPassword: (body: T.Schemas["ResetPassword"]) => call("post", "/api/auth/password/reset", { body, anonymous: true }),
  changeEmail: (body: T.Schemas["ChangeEmail"]) => call("post", "/api/auth/email/change", { body }),
  cancelEmailChange: () => call("delete", "/api/auth/email/change"),
  sendConfirmation: () => call("post", "/api/auth/email/confirmation"),
  confirmEmail: (body: T.Schemas["ConfirmEmail"]) => call("post", "/api/auth/email/confirm", { body, anonymous: true }),
  sessions: () => call("get", "/api/auth/sessions"),
  endSession: (session_id: string) => call("delete", "/api/auth/sessions/{session_id}", { path: { session_id } }),
  endOtherSessions: () => call("post", "/api/auth/sessions/end-others", { body: {} }),
  tokens: () => call("get", "/api/auth/tokens"),
  createToken: (body: T.Schemas["NewApiToken"]) => call("post", "/api/auth/tokens", { body }),
  revokeToken: (token_id: string) => call("delete", "/api/auth/tokens/{token_id}", { path: { token_id } }),
};

export const connections = {
  list: () => call("get", "/api/auth/connections"),
  end: (connection_id: string) => call("delete", "/api/auth/connections/{connection_id}", { path: { connection_id } }),
};

export const tasks = {
  list: (query: T.TaskQuery, signal?: AbortSignal) => call("get", "/api/tasks", { query, signal }),
  get: (task_id: string, signal?: AbortSignal) => call("get", "/api/tasks/{task_id}", { path: { task_id }, signal }),
  create: (body: T.TaskCreate, idempotencyKey?: string) => call("post", "/api/tasks", { body, idempotencyKey }),
  change: (task_id: string, body: T.TaskInput, version?: number) => call("patch", "/api/tasks/{task_id}", { path: { task_id }, body, version }),
  act: (task_id: string, action: "complete" | "reopen" | "restore", idempotencyKey?: string) =>
    call("post", `/api/tasks/{task_id}/${action}`, { path: { task_id }, idempotencyKey }),
  move: (task_id: string, body: T.MoveInput, idempotencyKey?: string) => call("post", "/api/tasks/{task_id}/move", { path: { task_id }, body, idempotencyKey }),
  remove: (task_id: string, permanent = false) => call("delete", "/api/tasks/{task_id}", { path: { task_id }, query: permanent ? { permanent } : undefined }),
  bulk: (operations: T.BulkOperation[], idempotencyKey?: string) => call("post", "/api/tasks/bulk", { body: { operations }, idempotencyKey }),
  parse: (body: T.Schemas["ParseInput"], signal?: AbortSignal) => call("post", "/api/tasks/parse", { body, signal }),
};

export const tags = {
  list: (query: { cursor?: string; limit?: number } = {}) => call("get", "/api/tags", { query }),
  create: (body: T.Schemas["TagCreate"]) => call("post", "/api/tags", { body }),
  change: (tag_id: string, body: T.Schemas["TagChange"]) => call("patch", "/api/tags/{tag_id}", { path: { tag_id }, body }),
  merge: (tag_id: string, into_id: string) => call("post", "/api/tags/{tag_id}/merge", { path: { tag_id }, body: { into_id } }),
  remove: (tag_id: string) => call("delete", "/api/tags/{tag_id}", { path: { tag_id } }),
};

export const audit = {
  list: (query: { task_id?: string; type?: string; since?: string; until?: string; limit?: number; cursor?: string }) => call("get", "/api/audit", { query }),
};

const series = "/api/recurring-tasks/{series_id}";
export const recurring = {
  list: (query: { cursor?: string; limit?: number } = {}) => call("get", "/api/recurring-tasks", { query }),
  get: (series_id: string) => call("get", series, { path: { series_id } }),
  create: (body: T.RecurringInput, idempotencyKey?: string) => call("post", "/api/recurring-tasks", { body, idempotencyKey }),
  change: (series_id: string, body: T.Schemas["SeriesChange"], version?: number, idempotencyKey?: string) =>
    call("patch", series, { path: { series_id }, body, version, idempotencyKey }),
  act: (series_id: string, action: "pause" | "resume" | "skip" | "end") => call("post", `${series}/${action}`, { path: { series_id } }),
  remove: (series_id: string) => call("delete", series, { path: { series_id } }),
  preview: (series_id: string, count = 5) => call("get", `${series}/preview`, { path: { series_id }, query: { count } }),
  previewRule: (query: { rrule: string; dtstart: string; time_zone: string; mode?: T.RecurrenceMode; count?: number }, signal?: AbortSignal) =>
    call("get", "/api/recurring-tasks/preview", { query, signal }),
};

export const notifications = {
  list: (query: { cursor?: string; limit?: number; unread?: boolean } = {}) => call("get", "/api/notifications", { query }),
  read: (notification_id: string) => call("post", "/api/notifications/{notification_id}/read", { path: { notification_id } }),
  readAll: () => call("post", "/api/notifications/read-all"),
  preferences: () => call("get", "/api/notification-preferences"),
  changePreferences: (body: T.Schemas["PreferencesChange"]) => call("patch", "/api/notification-preferences", { body }),
  snooze: (occurrence_id: string, body: T.Schemas["Snooze"]) => call("post", "/api/reminders/{occurrence_id}/snooze", { path: { occurrence_id }, body }),
};

export const push = {
  publicKey: () => call("get", "/api/push-subscriptions/public-key"),
  list: () => call("get", "/api/push-subscriptions"),
  register: (body: T.Schemas["NewDevice"]) => call("post", "/api/push-subscriptions", { body }),
  test: (device_id: string) => call("post", "/api/push-subscriptions/{device_id}/test", { path: { device_id } }),
  remove: (device_id: string) => call("delete", "/api/push-subscriptions/{device_id}", { path: { device_id } }),
};

export const calendar = {
  state: () => call("get", "/api/calendar"),
  create: () => call("post", "/api/calendar"),
  revoke: () => call("delete", "/api/calendar"),
};

export const mailbox = {
  list: () => call("get", "/api/mailbox"),
  get: (mail_id: string) => call("get", "/api/mailbox/{mail_id}", { path: { mail_id } }),
};

export const chat = {
  conversations: () => call("get", "/api/chat/conversations"),
  conversationPage: (query: { cursor?: string; limit?: number }) => call("get", "/api/chat/conversations", { query }),
  get: (conversation_id: string) => call("get", "/api/chat/conversations/{conversation_id}", { path: { conversation_id } }),
  rename: (conversation_id: string, title: string) => call("patch", "/api/chat/conversations/{conversation_id}", { path: { conversation_id }, body: { title } }),
  remove: (conversation_id: string) => call("delete", "/api/chat/conversations/{conversation_id}", { path: { conversation_id } }),
  stop: (conversation_id: string) => call("post", "/api/chat/conversations/{conversation_id}/stop", { path: { conversation_id } }),
  waiting: () => call("get", "/api/chat/actions"),
  settle: (action_id: string, decision: "confirm" | "cancel" | "undo") => call("post", `/api/chat/actions/{action_id}/${decision}`, { path: { action_id } }),
};
