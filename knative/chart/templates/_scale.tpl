{{/* Annotations of a revision for Knative's autoscaler; takes the merged `scale`. On the Service's own metadata they are refused. */}}
{{- define "obsidianlist.scaleAnnotations" -}}
autoscaling.knative.dev/min-scale: {{ .min | int | quote }}
autoscaling.knative.dev/max-scale: {{ .max | int | quote }}
autoscaling.knative.dev/target-utilization-percentage: {{ .targetUtilization | int | quote }}
autoscaling.knative.dev/window: {{ .window | quote }}
autoscaling.knative.dev/scale-to-zero-pod-retention-period: {{ .retention | quote }}
autoscaling.knative.dev/scale-down-delay: {{ .scaleDownDelay | quote }}
{{- with .metric }}
autoscaling.knative.dev/metric: {{ . | quote }}
{{- end }}
{{- with .target }}
autoscaling.knative.dev/target: {{ . | quote }}
{{- end }}
{{- with .initial }}
autoscaling.knative.dev/initial-scale: {{ . | int | quote }}
{{- end }}
{{- with .activation }}
autoscaling.knative.dev/activation-scale: {{ . | int | quote }}
{{- end }}
{{- if hasKey . "targetBurstCapacity" }}
autoscaling.knative.dev/target-burst-capacity: {{ .targetBurstCapacity | int | quote }}
{{- end }}
{{- with .panicWindowPercentage }}
autoscaling.knative.dev/panic-window-percentage: {{ . | quote }}
{{- end }}
{{- with .panicThresholdPercentage }}
autoscaling.knative.dev/panic-threshold-percentage: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* queue-proxy's own requests and limits: a namespace with a LimitRange or a quota refuses pods without them. */}}
{{- define "obsidianlist.queueProxyAnnotations" -}}
{{- range $kind, $amounts := dict "request" .requests "limit" .limits }}
{{- range $resource, $amount := $amounts }}
queue.sidecar.serving.knative.dev/{{ $resource }}-resource-{{ $kind }}: {{ $amount | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The most database connections all functions can hold: a pod's pool has one a thread and one for the outbox publisher. */}}
{{- define "obsidianlist.connections" -}}
{{- $connections := 0 -}}
{{- range $name := keys .Values.functions -}}
{{- $entry := include "obsidianlist.function" (dict "root" $ "name" $name) | fromYaml -}}
{{- if ne $entry.database "none" -}}
{{- $connections = add $connections (mul ($entry.scale.max | int) (add ($entry.concurrency | int) 1)) -}}
{{- end -}}
{{- end -}}
{{- $connections -}}
{{- end -}}
