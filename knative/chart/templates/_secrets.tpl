{{/* Which keys of which Secrets the release's pods read, as JSON: {"obsidianlist": ["CURSOR_KEY", ...]}. */}}
{{- define "obsidianlist.neededKeys" -}}
{{- $values := .Values -}}
{{- $own := list -}}
{{- $database := list -}}
{{- range $name := keys $values.functions | sortAlpha -}}
{{- $entry := include "obsidianlist.function" (dict "root" $ "name" $name) | fromYaml -}}
{{- $own = concat $own $entry.secrets (include "obsidianlist.egressSecrets" (dict "root" $ "entry" $entry) | fromYamlArray) -}}
{{- if ne $entry.database "none" -}}
{{- $database = append $database (ternary $values.database.systemUrlKey $values.database.appUrlKey (eq $entry.database "system")) -}}
{{- end -}}
{{- end -}}
{{- if or $values.migration.enabled $values.backup.enabled -}}
{{- $database = concat $database (list $values.database.ownerUrlKey $values.database.appPasswordKey $values.database.systemPasswordKey) -}}
{{- end -}}
{{- if $values.backup.enabled -}}
{{- $own = append $own "BACKUP_KEYS" -}}
{{- if $values.backup.awsKeys -}}{{- $own = concat $own (list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY") -}}{{- end -}}
{{- end -}}
{{- if $values.kagent.enabled -}}{{- $own = append $own $values.kagent.authorizationKey -}}{{- end -}}
{{- $needed := dict $values.secrets.name $own -}}
{{- $databaseSecret := include "obsidianlist.databaseSecret" $ -}}
{{- $_ := set $needed $databaseSecret (concat (get $needed $databaseSecret | default list) $database) -}}
{{- if ne $values.kafka.securityProtocol "PLAINTEXT" -}}
{{- $kafka := list "protocol" -}}
{{- if hasPrefix "SASL" $values.kafka.securityProtocol -}}{{- $kafka = concat $kafka (list "sasl.mechanism" "user" "password") -}}{{- end -}}
{{- if $values.kafka.caKey -}}{{- $kafka = append $kafka $values.kafka.caKey -}}{{- end -}}
{{- $_ := set $needed $values.kafka.authSecretName (concat (get $needed $values.kafka.authSecretName | default list) $kafka) -}}
{{- end -}}
{{- range $name, $names := $needed -}}{{- $_ := set $needed $name ($names | uniq | sortAlpha) -}}{{- end -}}
{{- $needed | toJson -}}
{{- end -}}

{{/*
Refuses a release whose pods could not start for want of a Secret or of a key in it; otherwise the migration would wait a quarter of an hour
for it. What lies in the cluster is asked only where there is one: `helm template` finds no default service account.
*/}}
{{- define "obsidianlist.validateSecrets" -}}
{{- $needed := include "obsidianlist.neededKeys" . | fromJson -}}
{{- $values := .Values.secrets -}}
{{- range $name, $names := $needed -}}
{{- $there := dict -}}
{{- $known := false -}}
{{- if and (eq $name $values.name) $values.create -}}
{{- $there = $values.values -}}
{{- $known = true -}}
{{- else if not (and (eq $name $values.name) $values.external.enabled) -}}
{{- $found := lookup "v1" "Secret" $.Release.Namespace $name -}}
{{- if $found -}}
{{- $there = $found.data | default dict -}}
{{- $known = true -}}
{{- else if lookup "v1" "ServiceAccount" $.Release.Namespace "default" -}}
{{- fail (printf "the Secret %s is missing in namespace %s; create it with the keys %s (knative/chart/README.md says what each is)" $name $.Release.Namespace (join ", " $names)) -}}
{{- end -}}
{{- end -}}
{{- if $known -}}
{{- $missing := list -}}
{{- range $names -}}{{- if not (hasKey $there .) -}}{{- $missing = append $missing . -}}{{- end -}}{{- end -}}
{{- if $missing -}}
{{- fail (printf "%s lacks %s (knative/chart/README.md says what each is)" (ternary "secrets.values" (printf "the Secret %s" $name) (and (eq $name $values.name) $values.create)) (join ", " $missing)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Values that still are the chart's examples, one a line; NOTES names them. */}}
{{- define "obsidianlist.placeholders" -}}
{{- $values := .Values -}}
{{- if not $values.domain.host }}
domain.host is empty: links in mails lead to {{ include "obsidianlist.publicUrl" . }}, which nobody outside the cluster reaches
{{- end -}}
{{- range $path, $value := dict "config.mail.from" (ternary "" $values.config.mail.from (eq $values.config.mail.transport "mailbox")) "config.push.subject" $values.config.push.subject "kafka.bootstrapServers" (join "," $values.kafka.bootstrapServers) }}
{{- if regexMatch "@example\\.com|[./]example\\.com" $value }}
{{ $path }} still is the example {{ $value }}
{{- end -}}
{{- end -}}
{{- if not $values.config.operatorEmails }}
config.operatorEmails is empty: nobody may see or replay dead letters
{{- end -}}
{{- if eq $values.config.mail.transport "mailbox" }}
config.mail.transport is mailbox: no mail leaves the pods, so nobody can confirm an address or get a new password
{{- end -}}
{{- end -}}
