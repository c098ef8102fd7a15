#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at random during many mixed writes of accounts, as often as is asked for.
# Usage: tests/site/long_accounts.sh [WRITES] [BUILD_DIR]    default 10000 build/release
set -eu
here=$(cd "$(dirname "$0")" && pwd)
JUNCTOR_TEST_WRITES=${1:-10000} exec "${2:-$here/../../build/release}/tests/site/site_accounts_kill"
