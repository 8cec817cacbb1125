{{/* Names, labels and the merged view of a registry entry; included by every template. */}}

{{- define "obsidianlist.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/part-of: obsidianlist
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* Lays the map `over` onto the map `base` in place. Sprig's mergeOverwrite would skip 0 and false, which mean something here. */}}
{{- define "obsidianlist.overlay" -}}
{{- $base := .base -}}
{{- range $key, $value := .over -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) -}}
{{- include "obsidianlist.overlay" (dict "base" (get $base $key) "over" $value) -}}
{{- else -}}
{{- $_ := set $base $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The registry entry `name` over the defaults, as YAML; its secrets are added to those of its kind. */}}
{{- define "obsidianlist.function" -}}
{{- $entry := deepCopy .root.Values.defaults -}}
{{- $own := index .root.Values.functions .name -}}
{{- include "obsidianlist.overlay" (dict "base" $entry "over" $own) -}}
{{- $secrets := concat (index .root.Values.defaults.secrets $own.kind) ($own.secrets | default list) | uniq -}}
{{- $_ := set $entry "secrets" (ternary $secrets (without $secrets "EVENT_SIGNING_KEYS") $entry.events) -}}
{{- toYaml $entry -}}
{{- end -}}

{{- define "obsidianlist.image" -}}
{{- $image := .image -}}
{{- $name := $image.repository -}}
{{- if $image.registry -}}{{- $name = printf "%s/%s" $image.registry $name -}}{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name ($image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* What Pod Security "restricted" asks for, at container level: Knative refuses a pod-level securityContext. */}}
{{- define "obsidianlist.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: {{ .runAsUser | int }}
runAsGroup: {{ .runAsUser | int }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "obsidianlist.databaseSecret" -}}
{{- .Values.database.secretName | default .Values.secrets.name -}}
{{- end -}}

{{/* {"audit-writer": ["task-events", ...]}: who must have seen an event; the outbox reconciler reads it. */}}
{{- define "obsidianlist.eventConsumers" -}}
{{- $consumers := dict -}}
{{- range $name, $entry := .Values.functions -}}
{{- if eq $entry.kind "consumer" -}}{{- $_ := set $consumers $name $entry.topics -}}{{- end -}}
{{- end -}}
{{- $consumers | toJson -}}
{{- end -}}

{{- define "obsidianlist.publicUrl" -}}
{{- if .Values.config.publicUrl -}}
{{- .Values.config.publicUrl | trimSuffix "/" -}}
{{- else if .Values.domain.host -}}
{{- printf "https://%s" .Values.domain.host -}}
{{- else -}}
{{- printf "http://web.%s.svc.cluster.local" .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{/* Seconds of an ISO-8601 duration of days, hours, minutes and seconds. */}}
{{- define "obsidianlist.isoSeconds" -}}
{{- $total := 0.0 -}}
{{- $units := dict "D" 86400.0 "H" 3600.0 "M" 60.0 "S" 1.0 -}}
{{- range $part := regexFindAll "[0-9.]+[DHMS]" . -1 -}}
{{- $number := regexFind "[0-9.]+" $part | float64 -}}
{{- $total = addf $total (mulf $number (get $units (regexFind "[DHMS]" $part))) -}}
{{- end -}}
{{- $total -}}
{{- end -}}

{{/* Largest number of events a KafkaSource can have in flight at its function; the source of dead letters is unordered. */}}
{{- define "obsidianlist.inFlight" -}}
{{- if and (eq .entry.ordering "ordered") (not .entry.sink) -}}
{{- $partitions := 0 -}}
{{- range .entry.topics -}}{{- $partitions = add $partitions (index $.root.Values.kafka.topics . "partitions" | int) -}}{{- end -}}
{{- $partitions -}}
{{- else -}}
50
{{- end -}}
{{- end -}}
