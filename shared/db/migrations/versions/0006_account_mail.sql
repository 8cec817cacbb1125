-- Whoever had an account before this release gets mail already: their addresses count as confirmed. A default that is dropped again fills
-- the existing rows without rewriting the table; code of before makes accounts without the column, and those are not confirmed.
ALTER TABLE users ADD COLUMN email_confirmed_at timestamptz DEFAULT now();
ALTER TABLE users ALTER COLUMN email_confirmed_at DROP DEFAULT;

-- One row a mail about an account, and the one-time link in it. The link's secret is in no row: only the notifier can derive it, and what is
-- kept here is its hash. bound_to is a digest of the credentials the link was made for; once they differ the link is dead.
CREATE TABLE account_mails (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind varchar(20) NOT NULL CHECK (kind IN ('confirm_address', 'change_address', 'change_notice', 'address_in_use', 'address_changed',
        'reset_password', 'password_changed', 'sessions_revoked')),
    recipient text NOT NULL,
    about text NOT NULL DEFAULT '',
    state varchar(12) NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'sending', 'sent', 'failed', 'cancelled', 'suppressed')),
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    last_error text,
    provider_id text,
    bound_to bytea NOT NULL,
    token_hash bytea UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    sent_at timestamptz,
    used_at timestamptz
);
CREATE INDEX account_mails_open ON account_mails (not_before) WHERE state IN ('planned', 'sending');
CREATE INDEX account_mails_user ON account_mails (user_id, kind);
CREATE INDEX account_mails_expiry ON account_mails (expires_at);
