# SPDX-License-Identifier: Apache-2.0
# Completion of junctord's options for bash.
_junctord() {
  # shellcheck disable=SC2034  # all that _init_completion sets
  local cur prev words cword split
  _init_completion -s || return
  local dir
  case $prev in
    --config | -c) _filedir toml; return ;;
    --data) _filedir -d; return ;;
    --explain | --reference)
      dir=$(dirname "$(readlink -f "$(command -v "${words[0]}")")")/../lib/junctor
      mapfile -t COMPREPLY < <(compgen -W "kernel $(cd "$dir" 2> /dev/null && basename -s .so -- *.so)" -- "$cur")
      return
      ;;
  esac
  if $split; then return; fi
  mapfile -t COMPREPLY < <(compgen -W '--config= --data= --set= --check --explain= --reference= --version --help' -- "$cur")
  if [[ ${COMPREPLY[*]} == *= ]]; then compopt -o nospace; fi
} && complete -F _junctord junctord
