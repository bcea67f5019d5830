#!/usr/bin/env bash
# Rehearses what `init --ci slurm` writes on a cluster of two nodes that this script starts on this machine, as the user who calls
# it: plan, an array of four shards and the merge of the smoke matrix. `scripts/rehearse/slurm.sh [whole] [killed] [node]`: once
# whole, which must end with 0; once with a shard killed, which must end with 6 and name its cells; once with a node lost, whose
# shard must come back as another attempt, so that all ends with 0. Needs slurmctld, slurmd, slurm-client and munge (Debian's
# packages). Leaves logs in the directory that it names.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$PATH:/usr/sbin
if [ $# -eq 0 ]; then set -- whole killed node; fi
for tool in munged slurmctld slurmd sbatch; do
  command -v "$tool" >/dev/null || { echo "$tool is not here: apt-get install slurmctld slurmd slurm-client munge"; exit 2; }
done
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-slurm-XXXXXX")
pids=()
cleanup() {
  scancel --quiet --user "$(id -un)" 2>/dev/null || true
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf -- "$work/repo" "$work/state" "$work/munge.key"
}
trap cleanup EXIT
echo "logs in $work"

# A cluster of its own: key, sockets, ports and state are all below one directory.
me=$(id -un)
host=$(hostname -s)
port=$((20000 + RANDOM % 20000))
mkdir -p "$work/state" "$work/spool-n1" "$work/spool-n2"
chmod 755 "$work"
head -c 1024 /dev/urandom > "$work/munge.key"
chmod 600 "$work/munge.key"
munged --force --foreground --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
  --log-file="$work/munged.log" --seed-file="$work/munge.seed" > /dev/null 2>&1 & pids+=($!)
export SLURM_CONF=$work/slurm.conf
cat > "$SLURM_CONF" <<CONF
ClusterName=rehearsal
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$me
SlurmdUser=$me
SlurmctldPort=$port
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=30
NodeName=n1 NodeAddr=127.0.0.1 NodeHostname=$host Port=$((port + 1)) CPUs=1
NodeName=n2 NodeAddr=127.0.0.1 NodeHostname=$host Port=$((port + 2)) CPUs=1
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
for _ in $(seq 100); do if [ -S "$work/munge.socket" ]; then break; fi; sleep 0.1; done
slurmctld -c -D > /dev/null 2>&1 & pids+=($!)
for node in n1 n2; do slurmd -N "$node" -D > /dev/null 2>&1 & pids+=($!); done
second_node=$!
for _ in $(seq 300); do
  if [ "$(sinfo --noheader --states=idle --format=%D 2>/dev/null)" = 2 ]; then break; fi
  sleep 0.2
done
sinfo

# A repository as a user has it: the smoke matrix, and what init writes beside it.
mkdir -p "$work/repo"
cp -r "$root/native-fixtures" "$work/repo/"
sed 's|^root: .*|root: native-fixtures|' "$root/matrices/smoke.yaml" > "$work/repo/ffi-gates.yaml"
cd "$work/repo"
printf '%s\n' reports/ .ffi-gates/ > .gitignore
node "$root/bin/ffi-gates.js" init --ci slurm
export FFI_GATES="node $root/bin/ffi-gates.js"

failed=0
check() { # WHAT, COMMAND…
  if "${@:2}"; then echo "ok      $1"; else echo "FAILED  $1"; failed=1; fi
}
# Kills the process of one shard as soon as one of its cells is in the blob, as a machine that has no memory left does.
kill_shard() {
  local part pid
  while sleep 0.2; do
    part=$(find reports -path "*shard-$1-of-4.blob.part" 2>/dev/null | head -n 1 || true)
    if [ -z "$part" ] || ! grep -q '^{"kind":"cell"' "$part"; then continue; fi
    pid=$(squeue --noheader --states=running --array --format='%K %A' | awk -v task="$1" '$1 == task { print $2 }')
    if [ -n "$pid" ] && scancel --signal=KILL "$pid"; then return; fi
  done
}
# Takes the second node away as soon as a shard that runs there has a cell in its blob: its daemon, and all that this started.
lose_node() {
  local job task part process
  while sleep 0.2; do
    read -r job task <<< "$(squeue --noheader --states=running --nodelist=n2 --array --format='%A %K' | grep -E ' [0-9]+$' | head -n 1)"
    if [ -z "$task" ]; then continue; fi
    part=$(find reports -path "*shard-$task-of-4.blob.part" 2>/dev/null | head -n 1 || true)
    if [ -n "$part" ] && grep -q '^{"kind":"cell"' "$part"; then break; fi
  done
  kill -KILL "$second_node"
  for process in /proc/[0-9]*; do
    if { tr '\0' '\n' < "$process/environ"; } 2>/dev/null | grep -qx 'SLURMD_NODENAME=n2' \
      || grep -qsE "^slurmstepd: \\[$job\\." "$process/cmdline"; then kill -KILL "${process#/proc/}" 2>/dev/null || true; fi
  done
  echo "$task" > "$work/lost"
}
submit() { # NAME OF THE LOG
  code=0
  rm -rf reports
  bash ffi-gates-slurm.sh > "$work/$1.log" 2>&1 || code=$?
  echo "$1: ended with $code"
}

for scenario in "$@"; do
  case $scenario in
    whole)
      submit whole
      cat "$work/whole.log"
      check 'a run of all shards ends with 0' test "$code" -eq 0
      check 'its merge has the report' test -s reports/latest/report.json ;;
    killed)
      kill_shard 4 & killer=$!
      submit killed
      kill "$killer" 2>/dev/null || true
      check 'a run whose shard was killed ends with 6' test "$code" -eq 6
      check 'it names the cells' grep -qE 'no result of .*shard 4/4' "$work/killed.log"
      check 'what had ended counts' grep -q 'shard 4/4 is incomplete' "$work/killed.log" ;;
    node)
      lose_node & killer=$!
      submit node
      kill "$killer" 2>/dev/null || true
      check 'a node was lost' test -s "$work/lost"
      check 'a run that lost a node ends with 0' test "$code" -eq 0
      check 'the shard came back as another attempt' test -n \
        "$(find reports -name "shard-$(cat "$work/lost")-of-4*.blob" -exec grep -lE '^\{"kind":"blob",.*"attempt":[2-9]' {} +)"
      check 'its merge has the report' test -s reports/latest/report.json ;;
    *) echo "no scenario $scenario"; exit 2 ;;
  esac
done
exit "$failed"
