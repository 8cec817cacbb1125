{{/*
nginx of `web`: the static app, and the registry's paths passed to the functions. Every function is reached through Knative's own
gateway inside the cluster, whose name always exists; the Host header chooses the function. So nginx starts, and keeps its
connections, whatever functions there are.
*/}}
{{- define "obsidianlist.nginx" -}}
{{- $domain := printf "%s.svc.cluster.local" .Release.Namespace -}}
daemon off;
worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events { worker_connections 2048; }

http {
  include /etc/nginx/mime.types;
  types { application/manifest+json webmanifest; }
  default_type application/octet-stream;
  charset utf-8;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75s;
  client_max_body_size 1m;
  client_header_timeout 15s;
  client_body_timeout 15s;
  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  # The path without its query: a search is not the log's business.
  log_format json escape=json '{"time":"$time_iso8601","method":"$request_method","path":"$uri","status":$status,"seconds":$request_time,"bytes":$body_bytes_sent,"function":"$function","request_id":"$request_id"}';
  access_log /dev/stdout json;

  gzip on;
  gzip_static on;
  gzip_vary on;
  gzip_proxied any;
  gzip_types application/json application/problem+json application/manifest+json text/css text/javascript application/javascript image/svg+xml text/plain;

  # The client's address: the last one that is no proxy of the cluster. The number of proxies varies, because Knative's
  # activator steps in and out of the path.
  {{- range .Values.config.trustedProxies }}
  set_real_ip_from {{ . }};
  {{- end }}
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;

  map_hash_bucket_size 256;
  map $http_x_forwarded_proto $forwarded_proto { default $http_x_forwarded_proto; "" $scheme; }
  # Hashes of each page's inline scripts, written when the image is built; a file cannot carry a nonce.
  map $uri $script_hashes { default ""; include /usr/share/nginx/policies/*.map; }

  upstream knative {
    server {{ .Values.web.gateway }};
    keepalive 32;
  }

  server {
    listen 8080;
    server_name _;
    absolute_redirect off;
    root /usr/share/nginx/html;
    index index.html;
    set $function "";

    proxy_http_version 1.1;
    proxy_connect_timeout 5s;
    # Never twice: a request that timed out may have been done.
    proxy_next_upstream off;
    proxy_set_header Host $function.{{ $domain }};
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-Proto $forwarded_proto;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Request-Id $request_id;
    # Would choose a tagged revision past the traffic split.
    proxy_set_header Knative-Serving-Tag "";
    {{- if include "obsidianlist.hsts" . }}
    proxy_hide_header Strict-Transport-Security;
    add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
    {{- end }}

    error_page 502 504 =503 @unavailable;
    error_page 413 @too_large;
    location @unavailable {
      internal;
      default_type application/problem+json;
      add_header Retry-After 2 always;
      return 503 '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The function did not answer. Try again."}';
    }
    location @too_large {
      internal;
      default_type application/problem+json;
      return 413 '{"type":"about:blank","title":"Content Too Large","status":413,"detail":"The body is larger than 1 MiB."}';
    }

    location = /healthz { access_log off; default_type text/plain; return 200 "ok\n"; }

    # The registry's routes: a prefix matches whole segments, the longest wins.
    {{- range $name := keys .Values.functions | sortAlpha }}
    {{- $entry := include "obsidianlist.function" (dict "root" $ "name" $name) | fromYaml }}
    {{- range $entry.routes }}
    {{- range $match := list (printf "= %s" .) (printf "^~ %s/" .) }}
    location {{ $match }} {
      set $function {{ $name }};
      {{- if $entry.streaming }}
      proxy_buffering off;
      gzip off;
      {{- end }}
      {{- /* Knative ends the request first and answers 504 itself. */}}
      proxy_read_timeout {{ add ($entry.timeoutSeconds | int) 5 }}s;
      proxy_pass http://knative;
    }
    {{- end }}
    {{- end }}
    {{- end }}

    # Names below /_next/static change with their content.
    location ^~ /_next/static/ {
      add_header Cache-Control "public, max-age=31536000, immutable";
      {{- include "obsidianlist.pageHeaders" . | nindent 6 }}
      try_files $uri =404;
    }
    location / {
      add_header Cache-Control no-cache always;
      {{- include "obsidianlist.pageHeaders" . | nindent 6 }}
      try_files $uri $uri/ =404;
      error_page 404 /404.html;
    }
    location = /404.html {
      internal;
      add_header Cache-Control no-cache always;
      {{- include "obsidianlist.pageHeaders" . | nindent 6 }}
      try_files $uri @plain_404;
    }
    location @plain_404 { internal; default_type text/plain; return 404 "Not found\n"; }
  }
}
{{- end -}}

{{/* Headers of the app's own files; add_header of a block replaces those around it, so each block has them all. */}}
{{- define "obsidianlist.pageHeaders" -}}
add_header Content-Security-Policy "default-src 'self'; script-src 'self'$script_hashes; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" always;
add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options DENY always;
add_header Referrer-Policy no-referrer always;
add_header Cross-Origin-Opener-Policy same-origin always;
add_header Cross-Origin-Resource-Policy same-origin always;
add_header Permissions-Policy "camera=(), geolocation=(), microphone=(), payment=(), usb=()" always;
{{- if include "obsidianlist.hsts" . }}
add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
{{- end }}
{{- end -}}

{{/* Not empty where people come by HTTPS. */}}
{{- define "obsidianlist.hsts" -}}
{{- if and .Values.domain.host (ne .Values.domain.tls.mode "none") -}}yes{{- end -}}
{{- end -}}
