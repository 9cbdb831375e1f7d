{{- define "capstan-agent.labels" -}}
app.kubernetes.io/name: capstan-agent
app.kubernetes.io/part-of: capstan-agent
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "capstan-agent.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* The rights of the agent's own account on what it watches, without Secrets: those it reads as the account of the project. */ -}}
{{- define "capstan-agent.readRules" -}}
- apiGroups: [""]
  resources: [configmaps, endpoints, events, limitranges, persistentvolumeclaims, pods, replicationcontrollers, resourcequotas, serviceaccounts, services]
  verbs: [get, list, watch]
- apiGroups: [apps, autoscaling, batch, networking.k8s.io, policy, rbac.authorization.k8s.io]
  resources: ["*"]
  verbs: [get, list, watch]
{{- if .Values.logs.enabled }}
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
{{- end }}
{{- end -}}
