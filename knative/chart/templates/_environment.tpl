{{/*
Environment of one function; takes root, name and entry (merged). Values that are not secret stand in the revision itself, not in a
ConfigMap: a Knative revision is code and configuration together, so a rollback brings both back. PORT, K_SERVICE and K_REVISION
come from Knative, which refuses them here.
*/}}
{{- define "obsidianlist.environment" -}}
{{- $values := .root.Values -}}
{{- $entry := .entry -}}
- name: FUNCTION
  value: {{ .name | replace "-" "_" }}
- name: THREADS
  value: {{ $entry.concurrency | int | quote }}
- name: TIMEOUT_SECONDS
  value: {{ $entry.timeoutSeconds | int | quote }}
- name: EVENT_CONSUMERS
  value: {{ include "obsidianlist.eventConsumers" .root | quote }}
- name: PUBLIC_URL
  value: {{ include "obsidianlist.publicUrl" .root | quote }}
- name: OPERATOR_EMAILS
  value: {{ join "," $values.config.operatorEmails | quote }}
- name: CORS_ORIGINS
  value: {{ join "," $values.config.corsOrigins | quote }}
- name: TRUSTED_PROXIES
  value: {{ join "," $values.config.trustedProxies | quote }}
- name: LOG_LEVEL
  value: {{ $values.config.logLevel }}
{{- with $values.monitoring.tracing }}
{{- if .endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .endpoint | quote }}
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .sampleRatio | quote }}
{{- end }}
{{- end }}
{{- $plain := include "obsidianlist.egressVariables" . | fromYaml }}
{{- include "obsidianlist.overlay" (dict "base" $plain "over" $values.config.env) }}
{{- include "obsidianlist.overlay" (dict "base" $plain "over" ($entry.env | default dict)) }}
{{- range $key, $value := $plain }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- if ne $entry.database "none" }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "obsidianlist.databaseSecret" .root }}
      key: {{ ternary $values.database.systemUrlKey $values.database.appUrlKey (eq $entry.database "system") }}
{{- end }}
{{- range concat $entry.secrets (include "obsidianlist.egressSecrets" . | fromYamlArray) | uniq }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $values.secrets.name }}
      key: {{ . }}
{{- end }}
{{- if $entry.events }}
{{ include "obsidianlist.kafkaEnvironment" .root }}
{{- end }}
{{- end -}}

{{/* Settings of the outside services an entry calls, as a map. */}}
{{- define "obsidianlist.egressVariables" -}}
{{- $config := .root.Values.config -}}
{{- $egress := .entry.egress | default list -}}
{{- if has "mail" $egress }}
EMAIL_TRANSPORT: {{ $config.mail.transport }}
EMAIL_FROM: {{ $config.mail.from | quote }}
{{- if eq $config.mail.transport "mailbox" }}
MAILBOX_DIR: /tmp/mailbox
{{- end }}
{{- if eq $config.mail.transport "ses" }}
AWS_REGION: {{ $config.mail.sesRegion }}
{{- with $config.mail.sesTopicArn }}
SES_TOPIC_ARN: {{ . }}
{{- end }}
{{- with $config.mail.sesConfigurationSet }}
SES_CONFIGURATION_SET: {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- if has "push" $egress }}
VAPID_SUBJECT: {{ $config.push.subject | quote }}
{{- end }}
{{- if and (has "llm" $egress) $config.llm.baseUrl }}
LLM_BASE_URL: {{ $config.llm.baseUrl | quote }}
LLM_MODEL: {{ $config.llm.model | quote }}
LLM_DAILY_MESSAGES: {{ int $config.llm.dailyMessages | quote }}
LLM_DAILY_TOKENS: {{ int $config.llm.dailyTokens | quote }}
{{- end }}
{{- end -}}

{{/* Names of the secrets those services need beyond the entry's own, as a list. */}}
{{- define "obsidianlist.egressSecrets" -}}
{{- $config := .root.Values.config -}}
{{- $egress := .entry.egress | default list -}}
{{- $names := list -}}
{{- if has "mail" $egress -}}
{{- if eq $config.mail.transport "smtp" -}}{{- $names = append $names "SMTP_URL" -}}{{- end -}}
{{- if and (eq $config.mail.transport "ses") $config.mail.awsKeys -}}{{- $names = concat $names (list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY") -}}{{- end -}}
{{- end -}}
{{- if and (has "llm" $egress) $config.llm.baseUrl -}}{{- $names = append $names "LLM_API_KEY" -}}{{- end -}}
{{- $names | toJson -}}
{{- end -}}

{{/* What a migration and a restore read: the owner's URL, and the passwords of the two roles. */}}
{{- define "obsidianlist.ownerEnvironment" -}}
{{- range $variable, $key := dict "DATABASE_OWNER_URL" .Values.database.ownerUrlKey "DATABASE_APP_PASSWORD" .Values.database.appPasswordKey "DATABASE_SYSTEM_PASSWORD" .Values.database.systemPasswordKey }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ include "obsidianlist.databaseSecret" $ }}
      key: {{ $key }}
{{- end }}
{{- end -}}

{{/* How the producer behind the outbox reaches Kafka. */}}
{{- define "obsidianlist.kafkaEnvironment" -}}
{{- $kafka := .Values.kafka -}}
- name: KAFKA_BOOTSTRAP_SERVERS
  value: {{ join "," $kafka.bootstrapServers | quote }}
- name: KAFKA_SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
{{- range $variable, $key := dict "KAFKA_SASL_MECHANISM" "sasl.mechanism" "KAFKA_SASL_USERNAME" "user" "KAFKA_SASL_PASSWORD" "password" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $kafka.authSecretName }}
      key: {{ $key }}
{{- end }}
{{- end }}
{{- if $kafka.caKey }}
- name: KAFKA_SSL_CA_LOCATION
  value: /etc/obsidianlist/kafka/ca.crt
{{- end }}
{{- end -}}

{{/* net.sasl and net.tls of a KafkaSource. */}}
{{- define "obsidianlist.kafkaNet" -}}
{{- $kafka := .Values.kafka -}}
{{- if ne $kafka.securityProtocol "PLAINTEXT" -}}
net:
  {{- if hasPrefix "SASL" $kafka.securityProtocol }}
  sasl:
    enable: true
    user: {secretKeyRef: {name: {{ $kafka.authSecretName }}, key: user}}
    password: {secretKeyRef: {name: {{ $kafka.authSecretName }}, key: password}}
    type: {secretKeyRef: {name: {{ $kafka.authSecretName }}, key: sasl.mechanism}}
  {{- end }}
  {{- if hasSuffix "SSL" $kafka.securityProtocol }}
  tls:
    enable: true
    {{- if $kafka.caKey }}
    caCert: {secretKeyRef: {name: {{ $kafka.authSecretName }}, key: {{ $kafka.caKey }}}}
    {{- end }}
  {{- end }}
{{- end -}}
{{- end -}}
