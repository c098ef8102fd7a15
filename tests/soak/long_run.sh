#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the soak for HOURS (fractions allowed) against the server of a finished build.
# Usage: tests/soak/long_run.sh HOURS [BUILD_DIR]    default build/release
set -eu
hours=${1:?usage: long_run.sh HOURS [BUILD_DIR]}
here=$(cd "$(dirname "$0")" && pwd)
build=${2:-$here/../../build/release}
exec "$build/tests/soak/soak" "$(awk -v h="$hours" 'BEGIN { printf "%d", h * 60 }')"
