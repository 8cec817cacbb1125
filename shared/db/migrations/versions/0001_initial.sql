-- The first schema. Ids are UUIDv7; instants are timestamptz in UTC; what a person scheduled is local wall time + zone.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    display_name text NOT NULL DEFAULT '',
    time_zone text NOT NULL DEFAULT 'UTC',
    locale text NOT NULL DEFAULT 'en',
    week_start smallint NOT NULL DEFAULT 0 CHECK (week_start BETWEEN 0 AND 6),
    settings jsonb NOT NULL DEFAULT '{}',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    password_changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE refresh_tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    family_id uuid NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    family_expires_at timestamptz NOT NULL,
    used_at timestamptz,
    successor_id uuid,
    sealed_successor bytea,
    revoked_at timestamptz,
    user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE api_tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    audience text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);

CREATE TABLE recurring_tasks (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    template jsonb NOT NULL,
    rrule text NOT NULL,
    exdates text[] NOT NULL DEFAULT '{}',
    dtstart timestamp NOT NULL,
    all_day boolean NOT NULL DEFAULT false,
    tzid text NOT NULL,
    mode varchar(10) NOT NULL CHECK (mode IN ('schedule', 'completion')),
    paused_at timestamptz,
    ended_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recurring_tasks_user ON recurring_tasks (user_id, id);

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    title text NOT NULL,
    notes text NOT NULL DEFAULT '',
    status varchar(10) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'completed')),
    priority varchar(10) NOT NULL DEFAULT 'none' CHECK (priority IN ('none', 'low', 'medium', 'high', 'urgent')),
    priority_order smallint GENERATED ALWAYS AS (
        CASE priority WHEN 'none' THEN 0 WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 ELSE 4 END) STORED,
    due_on date,
    due_local timestamp,
    due_tz text,
    due_at timestamptz,
    due_order timestamp GENERATED ALWAYS AS (
        coalesce(due_local, due_on + time '23:59:59', timestamp '9999-12-31 23:59:59')) STORED,
    rank text COLLATE "C" NOT NULL,
    parent_id uuid REFERENCES tasks ON DELETE CASCADE,
    depth smallint NOT NULL DEFAULT 0 CHECK (depth BETWEEN 0 AND 2),
    recurring_task_id uuid REFERENCES recurring_tasks ON DELETE SET NULL,
    occurrence_key text,
    reminders jsonb NOT NULL DEFAULT '[]',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    deleted_at timestamptz,
    -- Written by shared.domain.search_sql.document_sql: every word begins with its owner, so the index needs no btree_gin.
    search tsvector GENERATED ALWAYS AS (%(document)s) STORED,
    CHECK (due_on IS NULL OR due_local IS NULL),
    CHECK ((due_local IS NULL) = (due_tz IS NULL) AND (due_local IS NULL) = (due_at IS NULL)),
    CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    UNIQUE (recurring_task_id, occurrence_key)
);
CREATE INDEX tasks_by_rank ON tasks (user_id, status, rank, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_due ON tasks (user_id, status, due_order, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_id ON tasks (user_id, id);
CREATE INDEX tasks_by_update ON tasks (user_id, updated_at, id);
CREATE INDEX tasks_by_completion ON tasks (user_id, completed_at, id) WHERE completed_at IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_trash ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;
-- fastupdate off: search right after a burst of writes stays fast.
CREATE INDEX tasks_search ON tasks USING gin (search) WITH (fastupdate = off);

CREATE TABLE tags (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name text NOT NULL,
    name_key text NOT NULL,
    color varchar(10) NOT NULL DEFAULT 'gray',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, name_key)
);

CREATE TABLE task_tags (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    tag_id uuid NOT NULL REFERENCES tags ON DELETE CASCADE,
    PRIMARY KEY (task_id, tag_id)
);
CREATE INDEX task_tags_tag ON task_tags (tag_id, task_id);

CREATE TABLE reminder_rules (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    kind varchar(10) NOT NULL CHECK (kind IN ('absolute', 'relative')),
    minutes_before integer,
    local_wall timestamp,
    tzid text NOT NULL,
    rule_version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reminder_rules_task ON reminder_rules (task_id);
CREATE INDEX reminder_rules_user ON reminder_rules (user_id);

CREATE TABLE reminder_occurrences (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    rule_id uuid NOT NULL REFERENCES reminder_rules ON DELETE CASCADE,
    parent_id uuid REFERENCES reminder_occurrences ON DELETE CASCADE,
    occurrence_key text NOT NULL,
    fire_at timestamptz NOT NULL,
    snoozed_until timestamptz,
    state varchar(20) NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'due', 'done', 'cancelled', 'snoozed', 'expired_visible')),
    late boolean NOT NULL DEFAULT false,
    due_label text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (rule_id, occurrence_key)
);
CREATE INDEX reminder_occurrences_due ON reminder_occurrences (fire_at) WHERE state = 'pending';
CREATE INDEX reminder_occurrences_task ON reminder_occurrences (task_id);
CREATE INDEX reminder_occurrences_user ON reminder_occurrences (user_id);

CREATE TABLE push_subscriptions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    endpoint text NOT NULL UNIQUE,
    p256dh text NOT NULL,
    auth text NOT NULL,
    user_agent text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    last_success_at timestamptz,
    failure_count integer NOT NULL DEFAULT 0,
    retry_at timestamptz
);
CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id);

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    occurrence_id uuid NOT NULL REFERENCES reminder_occurrences ON DELETE CASCADE,
    channel varchar(10) NOT NULL CHECK (channel IN ('push', 'email', 'in_app')),
    endpoint_id text NOT NULL DEFAULT '',
    state varchar(12) NOT NULL DEFAULT 'planned'
        CHECK (state IN ('planned', 'sending', 'sent', 'failed', 'gone', 'cancelled', 'suppressed')),
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    last_error text,
    provider_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    UNIQUE (occurrence_id, channel, endpoint_id)
);
CREATE INDEX deliveries_open ON deliveries (not_before) WHERE state IN ('planned', 'sending');
CREATE INDEX deliveries_user ON deliveries (user_id);

CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind varchar(20) NOT NULL,
    title text NOT NULL,
    body text NOT NULL DEFAULT '',
    task_id uuid REFERENCES tasks ON DELETE CASCADE,
    occurrence_id uuid,
    data jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz
);
CREATE INDEX notifications_user ON notifications (user_id, id);
CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;

CREATE TABLE notification_preferences (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    preferences jsonb NOT NULL DEFAULT '{}',
    email_suppressed_at timestamptz,
    email_suppressed_reason text,
    calendar_token_hash bytea UNIQUE,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE used_action_tokens (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE TABLE audit_logs (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    actor_id uuid NOT NULL,
    origin varchar(10) NOT NULL DEFAULT 'api',
    task_id uuid,
    tag_id uuid,
    title text NOT NULL DEFAULT '',
    changes jsonb NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_logs_user ON audit_logs (user_id, occurred_at, id);
CREATE INDEX audit_logs_task ON audit_logs (user_id, task_id, occurred_at, id);

-- Every change ever made, in the transaction that made it. Only partitions are dropped, never rows (but with their user).
CREATE TABLE event_log (
    event_id uuid NOT NULL,
    user_id uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version bigint NOT NULL,
    type text NOT NULL,
    schema_version smallint NOT NULL,
    payload jsonb NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    origin varchar(10) NOT NULL DEFAULT 'api',
    traceparent text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX event_log_user ON event_log (user_id, created_at);
CREATE INDEX event_log_time ON event_log (created_at);
CREATE TABLE event_log_default PARTITION OF event_log DEFAULT;

-- What the broker has not acknowledged yet. Tiny and busy, hence the storage settings.
CREATE TABLE outbox_pending (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    user_id uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version bigint NOT NULL,
    topic text NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    last_error text,
    UNIQUE (aggregate_id, aggregate_version)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_time ON inbox (processed_at);

CREATE TABLE consumer_attempts (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    first_failed_at timestamptz NOT NULL DEFAULT now(),
    last_error text,
    PRIMARY KEY (consumer, event_id)
);

CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    consumer text NOT NULL,
    event_id text NOT NULL,
    event_type text NOT NULL,
    user_id uuid,
    reason text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    topic text NOT NULL DEFAULT '',
    payload bytea NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    state varchar(10) NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
    resolved_at timestamptz,
    resolved_by uuid,
    UNIQUE (consumer, event_id)
);
CREATE INDEX dead_letters_state ON dead_letters (state, id);

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    title text NOT NULL DEFAULT '',
    summary text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversations_user ON conversations (user_id, updated_at);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    role varchar(10) NOT NULL,
    content jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX messages_conversation ON messages (conversation_id, id);

CREATE TABLE pending_actions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    conversation_id uuid REFERENCES conversations ON DELETE CASCADE,
    origin varchar(10) NOT NULL,
    action jsonb NOT NULL,
    preview jsonb NOT NULL,
    state varchar(10) NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'cancelled', 'expired')),
    result jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX pending_actions_user ON pending_actions (user_id, id);

CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    response bytea,
    headers jsonb NOT NULL DEFAULT '{}',
    locked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_time ON idempotency_keys (created_at);

CREATE TABLE rate_limits (
    bucket text PRIMARY KEY,
    tokens double precision NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cron_runs (
    function text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    result jsonb NOT NULL DEFAULT '{}'
);

-- Looking up a personal token happens before anyone is known, so it cannot pass row-level security; this function answers
-- exactly one question and nothing else.
CREATE FUNCTION authenticate_api_token(hash bytea)
RETURNS TABLE (user_id uuid, token_id uuid, scopes text[], audience text, email text, time_zone text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE public.api_tokens t SET last_used_at = now()
    FROM public.users u
    WHERE t.token_hash = hash AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND u.id = t.user_id
    RETURNING t.user_id, t.id, t.scopes, t.audience, u.email, u.time_zone
$$;

-- The outbox is drained in batches over many users, which the app role may not see row by row. These three functions let it
-- publish what it names by aggregate id, and nothing else.
CREATE FUNCTION outbox_take(aggregates uuid[], most integer)
RETURNS TABLE (seq bigint, event_id uuid, user_id uuid, aggregate_id uuid, aggregate_version bigint, topic text, type text,
               schema_version smallint, payload text, traceparent text, created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '1s' AS $$
DECLARE
    lock_key integer;
BEGIN
    -- Sorted, so that two drains never wait for each other in a circle. The locks end with the transaction, also after kill -9.
    FOR lock_key IN SELECT DISTINCT hashtext(a::text) AS k FROM unnest(aggregates) AS a ORDER BY k LOOP
        PERFORM pg_advisory_xact_lock(190231, lock_key);
    END LOOP;
    RETURN QUERY
        SELECT o.seq, o.event_id, o.user_id, o.aggregate_id, o.aggregate_version, o.topic, e.type, e.schema_version,
               e.payload::text, e.traceparent, o.created_at
          FROM public.outbox_pending o
          JOIN public.event_log e ON e.event_id = o.event_id AND e.created_at = o.created_at
         WHERE o.aggregate_id = ANY (aggregates)
         ORDER BY o.aggregate_id, o.aggregate_version
         LIMIT most;
END $$;

CREATE FUNCTION outbox_done(seqs bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DELETE FROM public.outbox_pending WHERE seq = ANY (seqs)
$$;

CREATE FUNCTION outbox_failed(seqs bigint[], error text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE public.outbox_pending
       SET attempts = attempts + 1, last_error = error,
           next_attempt_at = now() + (least(300, power(2, least(attempts, 8))) * (0.5 + random())) * interval '1 second'
     WHERE seq = ANY (seqs)
$$;

-- Partitions belong to the owner; housekeeping may only ask for a month, or for old months to go.
CREATE FUNCTION ensure_event_partition(month date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    next_month date := (first_day + interval '1 month')::date;
    partition text := 'event_log_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass('public.' || partition) IS NOT NULL THEN
        RETURN 0;
    END IF;
    -- Rows that came before their partition wait in the default one and move over.
    EXECUTE format('CREATE TABLE public.%I (LIKE public.event_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    EXECUTE format('WITH moved AS (DELETE FROM public.event_log_default WHERE created_at >= %L AND created_at < %L RETURNING *)'
                   ' INSERT INTO public.%I SELECT * FROM moved', first_day, next_month, partition);
    EXECUTE format('ALTER TABLE public.event_log ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                   partition, first_day::timestamp AT TIME ZONE 'UTC', next_month::timestamp AT TIME ZONE 'UTC');
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
    RETURN 1;
END $$;

CREATE FUNCTION drop_event_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    partition record;
    first_day date;
    busy boolean;
    dropped integer := 0;
BEGIN
    FOR partition IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'public.event_log'::regclass AND c.relname ~ '^event_log_\d{4}_\d{2}$'
    LOOP
        first_day := to_date(right(partition.relname, 7), 'YYYY_MM');
        IF first_day >= before THEN
            CONTINUE;
        END IF;
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM public.outbox_pending o JOIN public.%1$I e USING (event_id))'
            ' OR EXISTS (SELECT FROM public.dead_letters d JOIN public.%1$I e ON e.event_id::text = d.event_id WHERE d.state = ''open'')',
            partition.relname) INTO busy;
        IF busy THEN
            CONTINUE;
        END IF;
        EXECUTE format('DROP TABLE public.%I', partition.relname);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

SELECT ensure_event_partition((date_trunc('month', now()) + n * interval '1 month')::date) FROM generate_series(0, 3) AS n;

-- A browser keeps its push endpoint when another person signs in there. Who shows the endpoint with both of its keys is that browser; the
-- app role cannot see the other person's row, so this function removes exactly it.
CREATE FUNCTION release_push_endpoint(wanted text, key text, secret text) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM public.push_subscriptions
         WHERE endpoint = wanted AND p256dh = key AND auth = secret
           AND user_id <> nullif(current_setting('app.user_id', true), '')::uuid
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
