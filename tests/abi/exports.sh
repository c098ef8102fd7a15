#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# exports.sh PLUGIN.so...: each defines one dynamic symbol, the entry. Another one would be shared with other plugins.
set -u
failed=0
[ $# -gt 0 ] || { echo "no plugin given"; exit 1; }
for file in "$@"; do
  symbols=$(nm -D --defined-only "$file" | awk '{print $NF}' | sort) || failed=1
  if [ "$symbols" != junctor_plugin_v1 ]; then
    echo "$file exports, instead of junctor_plugin_v1 alone:"
    echo "$symbols" | head -20
    failed=1
  fi
done
exit $failed
