#!/usr/bin/env bash
# Rehearses what `init --ci kubernetes` and `plan --format k8s-job` write, with the API server and the controllers of Kubernetes, etcd
# and kubernetes/kubelet.mjs in place of kubelets and volume, all on this machine, as the user who calls it: four shards and merge of
# the smoke matrix. Once whole; once with a shard killed, which is tried again; once with it killed twice, after which the merge is
# red and names its cells; once with findings, which no other attempt can mend. Needs go, etcd (Debian: etcd-server), openssl, curl.
# The first call compiles Kubernetes, which takes 17 minutes of processor time. Leaves logs in the directory that it names.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
kubernetes=1.37.2
for tool in go etcd openssl curl; do
  command -v "$tool" >/dev/null || { echo "$tool is not here"; exit 2; }
done

# One program with two names. Kubernetes' own go.mod, in which its parts lie beside it, becomes one in which they are published modules.
tools=$root/node_modules/.cache/kubernetes-$kubernetes
if [ ! -x "$tools/kube-apiserver" ]; then
  mkdir -p "$tools/source"
  cp "$root/scripts/rehearse/kubernetes/main.go" "$tools/source/"
  (
    cd "$tools/source"
    mod=$(go mod download -json "k8s.io/kubernetes@v$kubernetes" | sed -n 's/^\s*"GoMod": "\(.*\)",$/\1/p')
    sed -e 's|^module .*|module rehearsal|' -e "s|=> ./staging/src/\(.*\)|=> \1 v0.${kubernetes#*.}|" "$mod" > go.mod
    go mod edit -require "k8s.io/kubernetes@v$kubernetes"
    echo 'compiling Kubernetes'
    go build -mod=mod -ldflags '-s -w' -o "$tools/kube-controller-manager" .
  )
  ln -f "$tools/kube-controller-manager" "$tools/kube-apiserver"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-kubernetes-XXXXXX")
pids=()
cleanup() {
  # Asked to end, the API server waits for etcd, which has ended.
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf -- "$work/volume/repo" "$work/etcd" "$work/keys"
}
trap cleanup EXIT
echo "logs in $work"
mkdir -p "$work/volume" "$work/keys" "$work/pods"
port=$((20000 + RANDOM % 20000))
export SERVER=https://127.0.0.1:$port
TOKEN=$(openssl rand -hex 16)
export TOKEN NODE_EXTRA_CA_CERTS=$work/keys/server.crt
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=rehearsal -addext 'subjectAltName=IP:127.0.0.1' \
  -keyout "$work/keys/server.key" -out "$work/keys/server.crt" 2>/dev/null
openssl genrsa -out "$work/keys/accounts.key" 2048 2>/dev/null
echo "$TOKEN,rehearsal,rehearsal,system:masters" > "$work/keys/tokens.csv"
cat > "$work/keys/config" <<CONFIG
apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: '$SERVER', certificate-authority: '$work/keys/server.crt' } }]
users: [{ name: u, user: { token: '$TOKEN' } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
CONFIG
etcd --data-dir "$work/etcd" --listen-client-urls "http://127.0.0.1:$((port + 1))" \
  --advertise-client-urls "http://127.0.0.1:$((port + 1))" --listen-peer-urls "http://127.0.0.1:$((port + 2))" \
  > "$work/etcd.log" 2>&1 & pids+=($!)
# There are no service accounts here whose tokens pods could be given.
"$tools/kube-apiserver" --etcd-servers "http://127.0.0.1:$((port + 1))" --bind-address 127.0.0.1 --secure-port "$port" \
  --tls-cert-file "$work/keys/server.crt" --tls-private-key-file "$work/keys/server.key" --token-auth-file "$work/keys/tokens.csv" \
  --authorization-mode AlwaysAllow --disable-admission-plugins ServiceAccount --service-cluster-ip-range 10.0.0.0/24 \
  --service-account-issuer "$SERVER" --service-account-key-file "$work/keys/accounts.key" \
  --service-account-signing-key-file "$work/keys/accounts.key" > "$work/apiserver.log" 2>&1 & pids+=($!)
api() { # METHOD, PATH, FURTHER OPTIONS OF CURL…
  curl -sS --cacert "$work/keys/server.crt" -H "Authorization: Bearer $TOKEN" -X "$1" "$SERVER$2" "${@:3}"
}
for _ in $(seq 600); do if [ "$(api GET /readyz 2>/dev/null)" = ok ]; then break; fi; sleep 0.5; done
[ "$(api GET /readyz)" = ok ] || { tail -n 20 "$work/apiserver.log"; exit 2; }
"$tools/kube-controller-manager" --kubeconfig "$work/keys/config" --controllers job-controller --leader-elect=false \
  --bind-address 127.0.0.1 --secure-port $((port + 3)) > "$work/controllers.log" 2>&1 & pids+=($!)
node "$root/scripts/rehearse/kubernetes/kubelet.mjs" "$work/volume" "$work/pods" > "$work/kubelet.log" 2>&1 & pids+=($!)

# The volume as the manifests ask for it: a checkout, and the plan beside it.
mkdir -p "$work/volume/repo"
cp -r "$root/native-fixtures" "$work/volume/repo/"
sed 's|^root: .*|root: native-fixtures|' "$root/matrices/smoke.yaml" > "$work/volume/repo/ffi-gates.yaml"
cd "$work/volume/repo"
node "$root/bin/ffi-gates.js" init --ci kubernetes
plan() { node "$root/bin/ffi-gates.js" plan --json --shards 4 > ../plan.json; }
plan
# What the image would have is on this machine.
here() { sed "s|npx --yes ffi-gates@[0-9.]*|node $root/bin/ffi-gates.js|"; }
json() { node --input-type=module -e 'import { parse } from "yaml"; import { readFileSync } from "node:fs"; console.log(JSON.stringify(parse(readFileSync(0, "utf8"))))'; }
manifest() { (cd "$root" && here | json); }
JOBS=/apis/batch/v1/namespaces/default/jobs

field() { # JOB, EXPRESSION OVER j
  api GET "$JOBS/$1" | node -e 'const j = JSON.parse(require("node:fs").readFileSync(0, "utf8")); console.log(eval(process.argv[1]) ?? "")' "$2"
}
# Submits a manifest, waits for the end of its Job, and prints how it ended.
finish() { # JOB, MANIFEST
  local refused ended=''
  api DELETE "$JOBS/$1?propagationPolicy=Background" > /dev/null
  api DELETE "/api/v1/namespaces/default/pods?labelSelector=job-name=$1" > /dev/null
  while [ "$(api GET "$JOBS/$1" -o /dev/null -w '%{http_code}')" != 404 ]; do sleep 0.2; done
  refused=$(api POST "$JOBS?fieldValidation=Strict" -H 'Content-Type: application/json' -d "$2" -o "$work/answer.json" -w '%{http_code}')
  if [ "$refused" != 201 ]; then cat "$work/answer.json" >&2; return 1; fi
  while [ -z "$ended" ]; do
    sleep 0.5
    ended=$(field "$1" 'j.status.conditions?.find((c) => ["Complete", "Failed"].includes(c.type) && c.status === "True")?.type')
  done
  echo "$ended"
}
pods_of() { # INDEX: how many pods it had
  api GET "/api/v1/namespaces/default/pods?labelSelector=job-name=ffi-gates,batch.kubernetes.io/job-completion-index=$1" \
    | node -e 'console.log(JSON.parse(require("node:fs").readFileSync(0, "utf8")).items.length)'
}
# Kills the process of a shard as soon as one of its cells is in the blob, as a machine that has no memory left does.
kill_shard() { # INDEX, TIMES
  local part pid left=$2 last=
  while [ "$left" -gt 0 ]; do
    sleep 0.2
    part=$(find "$work/volume/shards/$1" -name '*.blob.part' 2>/dev/null | head -n 1 || true)
    if [ -z "$part" ] || ! grep -q '^{"kind":"cell"' "$part"; then continue; fi
    for pid in /proc/[0-9]*; do
      if [ "$pid" != "$last" ] && tr '\0' ' ' 2>/dev/null < "$pid/cmdline" | grep -qE "^node $root/bin/ffi-gates.js run .*shards/$1 "; then
        kill -KILL "${pid#/proc/}" && last=$pid && left=$((left - 1))
      fi
    done
  done
}

failed=0
check() { # WHAT, COMMAND…
  if "${@:2}"; then echo "ok      $1"; else echo "FAILED  $1"; failed=1; fi
}
shards=$(manifest < kubernetes/ffi-gates-shards.yaml)
merge=$(manifest < kubernetes/ffi-gates-merge.yaml)
merge_log() { cat "$work"/pods/ffi-gates-merge-*.log; }
again() { rm -rf -- "$work/volume/shards" "$work/volume/report" "$work"/pods/ffi-gates-merge-*.log; }

check 'the Job of all shards is complete' test "$(finish ffi-gates "$shards")" = Complete
check 'with one pod a shard' test "$(pods_of 0) $(pods_of 1) $(pods_of 2) $(pods_of 3)" = '1 1 1 1'
check 'and so is its merge' test "$(finish ffi-gates-merge "$merge")" = Complete
check 'which left the report' test -s "$work/volume/report/report.json"

again; printed=$(node "$root/bin/ffi-gates.js" plan --plan ../plan.json --format k8s-job | manifest)
kill_shard 3 1 & killer=$!
check 'a shard that was killed is tried again (the Job as `plan` prints it)' test "$(finish ffi-gates "$printed")" = Complete
kill "$killer" 2>/dev/null || true
check 'with one pod more' test "$(pods_of 2) $(pods_of 3)" = '1 2'
check 'and the merge is complete' test "$(finish ffi-gates-merge "$merge")" = Complete

again; kill_shard 3 2 & killer=$!
check 'a shard that is killed each time fails the Job' test "$(finish ffi-gates "$shards")" = Failed
kill "$killer" 2>/dev/null || true
check 'and stops no other' test "$(field ffi-gates 'j.status.completedIndexes + " " + j.status.failedIndexes')" = '0-2 3'
check 'the merge fails' test "$(finish ffi-gates-merge "$merge")" = Failed
check 'it names the cells' grep -qE 'no result of .*shard 4/4' <(merge_log)
check 'what had ended counts' grep -q 'shard 4/4 is incomplete' <(merge_log)

# Planted bugs that nobody declared are findings.
again; sed -i 's/role: hazard, //; s/role: twin, //; s/annotations: \[[^]]*\], *//g' ffi-gates.yaml; plan
check 'findings fail the Job' test "$(finish ffi-gates "$shards")" = Failed
found=$(field ffi-gates 'j.status.failedIndexes')
check 'of the shards that have them' test -n "$found"
check 'none of which is tried again' test "$(field ffi-gates 'j.status.failed')" = "$(api GET "/api/v1/namespaces/default/pods?labelSelector=job-name=ffi-gates" | node -e '
  const { items } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const failed = items.filter((p) => p.status.phase === "Failed").map((p) => p.metadata.annotations["batch.kubernetes.io/job-completion-index"]);
  console.log(items.length === 4 && new Set(failed).size === failed.length ? failed.length : "more than one pod a shard");')"
check 'and the merge fails with them' test "$(finish ffi-gates-merge "$merge")" = Failed
check 'as a run does' grep -q 'ffi-gates-merge.*: 1$' "$work/kubelet.log"
exit "$failed"
