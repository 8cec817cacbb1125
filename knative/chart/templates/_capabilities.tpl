{{/*
Refuses to install where an operator is missing, with its name instead of "no matches for kind". Only where Knative Serving is known:
`helm template` without --api-versions knows no cluster and must still render.
*/}}
{{- define "obsidianlist.requireApis" -}}
{{- if .Capabilities.APIVersions.Has "serving.knative.dev/v1" -}}
{{- $needed := dict "eventing.knative.dev/v1alpha1" "the Kafka sink of eventing-kafka-broker" "sources.knative.dev/v1" "Knative Eventing and the Kafka source of eventing-kafka-broker" -}}
{{- $domain := .Values.domain -}}
{{- if or $domain.tls.createIssuers (and $domain.host (eq $domain.tls.mode "certificate")) -}}
{{- $_ := set $needed "cert-manager.io/v1" "cert-manager, for domain.tls" -}}
{{- end -}}
{{- if and $domain.host (eq $domain.exposure "httpRoute") -}}
{{- $_ := set $needed "gateway.networking.k8s.io/v1" "a Gateway API implementation, for domain.exposure httpRoute" -}}
{{- end -}}
{{- if .Values.secrets.external.enabled -}}
{{- $_ := set $needed "external-secrets.io/v1" "the External Secrets operator, for secrets.external" -}}
{{- end -}}
{{- if eq .Values.monitoring.objects "always" -}}
{{- $_ := set $needed "monitoring.coreos.com/v1" "the Prometheus operator, for monitoring.objects always" -}}
{{- end -}}
{{- range $api, $what := $needed -}}
{{- if not ($.Capabilities.APIVersions.Has $api) -}}
{{- fail (printf "the cluster does not serve %s: it needs %s" $api $what) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.kafka.strimzi.enabled (not (.Capabilities.APIVersions.Has "kafka.strimzi.io/v1")) (not (.Capabilities.APIVersions.Has "kafka.strimzi.io/v1beta2")) -}}
{{- fail "the cluster does not serve kafka.strimzi.io: kafka.strimzi.enabled needs the Strimzi operator" -}}
{{- end -}}
{{- end -}}
{{- end -}}
