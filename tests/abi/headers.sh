#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# headers.sh FOLDER COMPILER...: each C header, alone, in every language standard that plugins are written in. Compilers
# that are not installed are passed over, but there must be one for C and one for C++.
set -u
folder=$1
shift
flags="-Wpedantic -Wall -Wextra -Wshadow -Werror -fsyntax-only"
failed=0
count=0
for_c=0
for_cpp=0

check() { # compiler language standard header
  count=$((count + 1))
  # Included twice: the guard is part of the promise.
  # shellcheck disable=SC2086  # flags are words
  printf '#include "%s"\n#include "%s"\n' "$4" "$4" | "$1" -x "$2" -std="$3" $flags - || {
    echo "FAILED: $4 with $1 as $3"
    failed=$((failed + 1))
  }
}

headers=$(find "$folder" -name '*.h' | sort)
[ -n "$headers" ] || { echo "no header in $folder"; exit 1; }
seen=" "
for compiler in "$@"; do
  path=$(command -v "$compiler") || continue
  real=$(readlink -f "$path")
  case $compiler in
    *++*) language=c++; standards="c++11 c++14 c++17 c++20"; real="$real++" ;;
    *) language=c; standards="c11 c17" ;;
  esac
  case $seen in *" $real "*) continue ;; esac
  seen="$seen$real "
  [ $language = c ] && for_c=1 || for_cpp=1
  for standard in $standards; do
    for header in $headers; do check "$path" $language "$standard" "$header"; done
  done
done
if [ $for_c$for_cpp != 11 ]; then
  echo "no compiler found"
  exit 1
fi
echo "$count compilations, $failed failed"
[ $failed = 0 ]
