# SPDX-License-Identifier: Apache-2.0
# Completion of junctorctl for bash: its own words, and those of the server that runs.
_junctorctl() {
  local cur prev words cword split
  _init_completion -s || return
  case $prev in
    --socket) _filedir; return ;;
    --data) _filedir -d; return ;;
  esac
  if $split; then return; fi
  local i given='' place=()
  for ((i = 1; i < cword; i++)); do
    case ${words[i]} in
      --socket | --data) place=("${words[i]}" "${words[++i]}") ;;
      --socket=* | --data=*) place=("${words[i]}") ;;
      -*) ;;
      *) given+="${words[i]} " ;;
    esac
  done
  local choice
  case $given in
    '') choice='--socket --data --json --help --version help events invite doctor health' ;;
    'log ') choice='error warning info debug' ;;
    'events ') choice=--follow ;;
    'invite '*) choice='--relay --api --qr' ;;
    'doctor '*) choice='--key --relay --config' ;;
  esac
  # Words of the server, of which the first may have been typed.
  choice+=" $("${words[0]}" "${place[@]}" --json help 2> /dev/null | grep -o '"command":"[^"]*"' |
    sed 's/^"command":"//; s/"$//' | awk -v given="$given" 'index($0, given) == 1 {split(substr($0, length(given) + 1), w, " "); print w[1]}')"
  mapfile -t COMPREPLY < <(compgen -W "$choice" -- "$cur")
} && complete -F _junctorctl junctorctl
