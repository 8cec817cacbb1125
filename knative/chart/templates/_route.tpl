{{/* Annotations of a Service's route; takes root and public. Scale annotations do not belong here, rollout-duration does. */}}
{{- define "obsidianlist.routeAnnotations" -}}
{{- $values := .root.Values -}}
{{- if and .public (include "obsidianlist.tls" .root) -}}
networking.knative.dev/http-protocol: redirected
{{ end }}
{{- if ne $values.rollout.duration "0s" -}}
serving.knative.dev/rollout-duration: {{ $values.rollout.duration | quote }}
{{- end -}}
{{- end -}}

{{/* Not empty where Knative's gateway serves HTTPS for the host. */}}
{{- define "obsidianlist.tls" -}}
{{- if and .Values.domain.host (eq .Values.domain.exposure "domainMapping") (ne .Values.domain.tls.mode "none") -}}yes{{- end -}}
{{- end -}}

{{/*
The traffic block of a Service; takes root and name. Without a canary all of it goes to the latest revision. A function without a
stable revision is new, and has nothing to share its traffic with.
*/}}
{{- define "obsidianlist.traffic" -}}
{{- $rollout := .root.Values.rollout -}}
{{- $stable := get $rollout.stableRevisions .name -}}
{{- $percent := $rollout.canaryPercent | int -}}
traffic:
  {{- if and $stable (gt $percent 0) (lt $percent 100) }}
  - revisionName: {{ $stable }}
    percent: {{ sub 100 $percent }}
  - latestRevision: true
    percent: {{ $percent }}
    tag: canary
  {{- else }}
  - latestRevision: true
    percent: 100
  {{- end }}
{{- end -}}

{{/*
Not empty where objects of an API are to be written; takes root, wanted (auto, always, never) and api. auto asks the cluster;
`helm template` knows no cluster and then writes what --api-versions names.
*/}}
{{- define "obsidianlist.wanted" -}}
{{- if or (eq .wanted "always") (and (eq .wanted "auto") (.root.Capabilities.APIVersions.Has .api)) -}}yes{{- end -}}
{{- end -}}
