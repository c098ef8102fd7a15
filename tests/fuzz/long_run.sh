#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzzer of an asan build, one after the other, for HOURS each (fractions allowed), and keeps what it learns.
# Usage: tests/fuzz/long_run.sh HOURS [BUILD_DIR]    default build/asan; new inputs go to BUILD_DIR/fuzz, findings too
set -eu
hours=${1:?usage: long_run.sh HOURS [BUILD_DIR]}
here=$(cd "$(dirname "$0")" && pwd)
build=${2:-$here/../../build/asan}
seconds=$(awk -v h="$hours" 'BEGIN { printf "%d", h * 3600 }')
build=$(cd "$build" && pwd)
failed=
for fuzzer in "$build"/tests/fuzz/fuzz_*; do
  if [ ! -f "$fuzzer" ] || [ ! -x "$fuzzer" ]; then continue; fi
  name=$(basename "$fuzzer")
  work=$build/fuzz/$name
  mkdir -p "$work/found"
  echo "== $name for $seconds s"
  seeds=("$here/corpus/${name#fuzz_}")
  if [ ! -d "${seeds[0]}" ]; then seeds=(); fi
  "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$work/found/" "$work" "${seeds[@]}" || failed="$failed $name"
done
[ -z "$failed" ] || { echo "findings in:$failed (see $build/fuzz/NAME/found)" >&2; exit 1; }
