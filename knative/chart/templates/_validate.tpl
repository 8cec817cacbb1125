{{/*
Rules between values that a JSON Schema cannot state. Included once per render; each failure says which entry and what to change.
Admission would let every one of these through, and the fault would show as lost or doubled events.
*/}}
{{- define "obsidianlist.validate" -}}
{{- if hasKey .Values.functions "web" -}}
{{- fail "functions.web: the name belongs to the web app's own service" -}}
{{- end -}}
{{- if and .Values.rollout.canaryPercent (ne .Values.rollout.duration "0s") -}}
{{- fail "rollout: canaryPercent splits the traffic itself; rollout.duration must then be 0s" -}}
{{- end -}}
{{- if and .Values.domain.tls.createIssuers (not .Values.domain.tls.email) -}}
{{- fail "domain.tls.createIssuers needs domain.tls.email" -}}
{{- end -}}
{{- with .Values.secrets -}}
{{- if and .create .external.enabled -}}
{{- fail "secrets: create and external.enabled exclude each other" -}}
{{- end -}}
{{- if and .external.enabled (not .external.store.name) -}}
{{- fail "secrets.external needs store.name" -}}
{{- end -}}
{{- end -}}
{{- include "obsidianlist.validateSecrets" . -}}
{{- with .Values.kafka.keda -}}
{{- if and .enabled (gt (.minScale | int) (.maxScale | int)) -}}
{{- fail (printf "kafka.keda: maxScale %d is below minScale %d" (.maxScale | int) (.minScale | int)) -}}
{{- end -}}
{{- end -}}
{{- range $name := keys .Values.functions | sortAlpha -}}
{{- $entry := include "obsidianlist.function" (dict "root" $ "name" $name) | fromYaml -}}
{{- $scale := $entry.scale -}}
{{- if and (gt ($scale.max | int) 0) (gt ($scale.min | int) ($scale.max | int)) -}}
{{- fail (printf "functions.%s: scale.max %d is below scale.min %d" $name ($scale.max | int) ($scale.min | int)) -}}
{{- end -}}
{{- with $scale.activation -}}
{{- if or (lt (. | int) ($scale.min | int)) (and (gt ($scale.max | int) 0) (gt (. | int) ($scale.max | int))) -}}
{{- fail (printf "functions.%s: scale.activation %d must lie between scale.min and scale.max" $name (. | int)) -}}
{{- end -}}
{{- end -}}
{{- with $entry.responseStartTimeoutSeconds -}}
{{- if gt (. | int) ($entry.timeoutSeconds | int) -}}
{{- fail (printf "functions.%s: responseStartTimeoutSeconds %d is above timeoutSeconds %d" $name (. | int) ($entry.timeoutSeconds | int)) -}}
{{- end -}}
{{- end -}}
{{- if and $entry.sink $entry.public -}}
{{- fail (printf "functions.%s: an event sink must not be public" $name) -}}
{{- end -}}
{{- if or (eq $entry.kind "consumer") $entry.sink -}}
{{- include "obsidianlist.validateDelivery" (dict "name" $name "entry" $entry) -}}
{{- end -}}
{{- if eq $entry.kind "cron" -}}
{{- include "obsidianlist.validateSchedule" (dict "path" (printf "functions.%s.schedule" $name) "schedule" $entry.schedule) -}}
{{- end -}}
{{- if eq $entry.kind "consumer" -}}
{{- range $entry.topics -}}
{{- if not (hasKey $.Values.kafka.topics .) -}}
{{- fail (printf "functions.%s: topic %s is not in kafka.topics" $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if or (eq $entry.kind "consumer") $entry.sink -}}
{{- $room := mul ($scale.max | int) ($entry.concurrency | int) -}}
{{- $needed := include "obsidianlist.inFlight" (dict "root" $ "entry" $entry) | int -}}
{{- if and (gt $room 0) (lt $room $needed) -}}
{{- fail (printf "functions.%s: scale.max x concurrency is %d, but its KafkaSource can have %d events in flight; the rest would be refused" $name $room $needed) -}}
{{- end -}}
{{- end -}}
{{- if and (ne $entry.database "none") (gt ($.Values.database.connectionLimit | int) 0) (eq ($scale.max | int) 0) -}}
{{- fail (printf "functions.%s: scale.max 0 has no bound, but database.connectionLimit is %d" $name ($.Values.database.connectionLimit | int)) -}}
{{- end -}}
{{- end -}}
{{- include "obsidianlist.validateSchedule" (dict "path" "backup.schedule" "schedule" .Values.backup.schedule) -}}
{{- $connections := include "obsidianlist.connections" . | int -}}
{{- $limit := .Values.database.connectionLimit | int -}}
{{- if and (gt $limit 0) (gt $connections $limit) -}}
{{- fail (printf "functions could open %d database connections (sum of scale.max x (concurrency + 1)), database.connectionLimit is %d" $connections $limit) -}}
{{- end -}}
{{- if and (ne .Values.kafka.securityProtocol "PLAINTEXT") (not .Values.kafka.authSecretName) -}}
{{- fail (printf "kafka.securityProtocol %s needs kafka.authSecretName" .Values.kafka.securityProtocol) -}}
{{- end -}}
{{- if and .Values.kafka.createTopics .Values.kafka.strimzi.enabled -}}
{{- fail "kafka: createTopics and strimzi.enabled exclude each other" -}}
{{- end -}}
{{- if not (hasKey .Values.kafka.topics .Values.kafka.deadLetters.topic) -}}
{{- fail "kafka.deadLetters.topic is not in kafka.topics" -}}
{{- end -}}
{{- end -}}

{{- define "obsidianlist.validateDelivery" -}}
{{- $timeout := include "obsidianlist.isoSeconds" .entry.delivery.timeout | float64 -}}
{{- $needed := add (.entry.timeoutSeconds | int) 30 -}}
{{- if lt $timeout (float64 $needed) -}}
{{- fail (printf "functions.%s: delivery.timeout %s is shorter than timeoutSeconds + 30 s = %d s; an event would be delivered again while it is still being processed" .name .entry.delivery.timeout $needed) -}}
{{- end -}}
{{- if eq (include "obsidianlist.isoSeconds" .entry.delivery.backoffDelay | float64) 0.0 -}}
{{- fail (printf "functions.%s: delivery.backoffDelay must be longer than 0" .name) -}}
{{- end -}}
{{- end -}}

{{- /* Minute 61 would pass `helm upgrade` and leave a source that never ticks. */}}
{{- define "obsidianlist.validateSchedule" -}}
{{- if not (hasPrefix "@" .schedule) -}}
{{- $fields := splitList " " .schedule -}}
{{- $names := list "second" "minute" "hour" "day" "month" "weekday" -}}
{{- $most := list 59 59 23 31 12 7 -}}
{{- $skipped := sub 6 (len $fields) | int -}}
{{- range $number, $field := $fields -}}
{{- range regexFindAll "[0-9]+" $field -1 -}}
{{- if gt (. | int) (index $most (add $number $skipped | int)) -}}
{{- fail (printf "%s %q: %s is no %s; the fields are minute hour day month weekday, with a sixth in front for seconds" $.path $.schedule . (index $names (add $number $skipped | int))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
