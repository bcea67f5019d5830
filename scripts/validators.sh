#!/usr/bin/env bash
# Installs the validators by which test/cli/ci-files.test.ts judges our workflows and what `init` writes, into
# node_modules/.cache/validators. One that cannot be had costs its own tests, which say so.
set -uo pipefail
cd "$(dirname "$0")/.."
dir=$PWD/node_modules/.cache/validators
mkdir -p "$dir/bin"
if [ ! -x "$dir/bin/zizmor" ] || [ ! -x "$dir/bin/kubernetes-validate" ] || [ ! -x "$dir/bin/check-jsonschema" ]; then
  python3 -m venv "$dir" \
    && "$dir/bin/pip" install -q zizmor==1.32.0 check-jsonschema==0.39.0 kubernetes-validate==1.37.0 \
    || echo 'not installed: zizmor, check-jsonschema, kubernetes-validate'
fi
if [ ! -x "$dir/bin/actionlint" ]; then
  GOBIN=$dir/bin go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 || echo 'not installed: actionlint'
fi
