# bash completion of kpi, made by `kpi completion show bash`; do not edit.
# Fixed words come from the tables below. For the rest `kpi --complete` is asked, see kpi_cli/completion/answers.py.

@TABLES@

# Cut the line up to the cursor into `words` and `current`; bash itself also cuts at = and :, which are put back here.
_kpi_words() {
  local line=${COMP_LINE:0:COMP_POINT} word i
  words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=${line#"${line%%[![:space:]]*}"}
    if ((i)) && [[ $line && $line != [[:space:]]* ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
      line=${line#"${line%%[![:space:]]*}"}
    fi
    line=${line#"$word"}
  done
  for i in "${!words[@]}"; do
    case ${words[i]} in
      \'*) word=${words[i]#\'} words[i]=${word%\'} ;;
      \"*) word=${words[i]#\"} words[i]=${word%\"} ;;
      *) words[i]=${words[i]//\\/} ;;
    esac
  done
  current=${words[${#words[@]} - 1]}
  unset "words[${#words[@]} - 1]"
}

# Offer lines of a table by a format; quick, in a locale where a character is a byte.
_kpi_list() {
  local LC_ALL=C IFS=$'\n' line lines=()
  for line in $1; do
    [[ $line == "$current"* ]] && lines+=("$line")
  done
  if ((${#lines[@]} > 1)) && [[ ${COMP_TYPE:-9} == [69]* ]]; then
    IFS=$'\t\n'
    printf -v line "$2" ${lines[*]}
    IFS=$'\n'
    COMPREPLY=($line)
  else
    COMPREPLY=("${lines[@]%%$'\t'*}")
  fi
}

# Offer lines VALUE<tab>DESCRIPTION, quoted for the command line; descriptions show in a list only.
_kpi_offer() {
  local IFS=$'\n' line value width=0 lines=()
  for line in $1; do
    [[ $2 == match || $line == "$current"* ]] && lines+=("$line")
  done
  for line in "${lines[@]}"; do
    value=${line%%$'\t'*}
    ((${#value} <= width)) || width=${#value}
  done
  for line in "${lines[@]}"; do
    value=${line%%$'\t'*}
    [[ $raw == [\'\"]* || $value != *[[:space:]\(\)\&\;\|\<\>\$\`\"\'*?#]* ]] || printf -v value %q "$value"
    value=${value#"$cut"}
    if ((${#lines[@]} > 1)) && [[ $line == *$'\t'?* && ${COMP_TYPE:-9} == [69]* ]]; then
      printf -v value "%-${width}s  %s" "$value" "${line#*$'\t'}"
    fi
    COMPREPLY+=("$value")
  done
  # Codes that a name has found do not begin with it: a heading keeps bash from putting their common beginning there.
  [[ $2 != match ]] || ((${#lines[@]} < 2)) || COMPREPLY=("名称含“$current”：" "${COMPREPLY[@]}")
}

# Offer what an option or an argument takes.
_kpi_values() {
  local how answer
  case $1 in
    file) compopt -o default ;;
    folder) compopt -o dirnames ;;
    words:*)
      answer=${1#words:}
      answer=${answer//|/$'\n'}
      _kpi_offer "${answer//=/$'\t'}"
      ;;
    ask:*)
      answer=$("${words[0]/#\~/$HOME}" --complete "${1#ask:}" "$current" "${words[@]:1}" 2>/dev/null)
      how=${answer%%$'\n'*}
      [[ $how != partial ]] || compopt -o nospace
      [[ ! $how ]] || _kpi_offer "${answer#*$'\n'}" "$how"
      ;;
  esac
}

# Set `takes` to what an option of a command takes, nothing for a flag.
_kpi_takes() {
  local line
  _kpi_options "$1"
  takes=$'\n'$reply
  _kpi_options +
  takes+=$'\n'$reply
  line=${takes#*$'\n'"$2"$'\t'}
  [[ $line != "$takes" ]] || line=
  line=${line%%$'\n'*}
  takes=${line##*$'\t'}
  takes=${takes#-}
}

_kpi() {
  local words current raw=$2 cut= reply= takes= command=kpi count=0 literal= word
  [[ $- == *f* ]] || { set -f && trap 'set +f; trap - RETURN' RETURN; }
  COMPREPLY=()
  _kpi_words
  for word in "${words[@]:1}"; do
    if [[ $takes ]]; then
      takes=
    elif [[ ! $literal && $word == -- ]]; then
      literal=yes
    elif [[ ! $literal && $word == -* ]]; then
      [[ $word == *=* ]] || _kpi_takes "$command" "$word"
    else
      _kpi_commands "$command"
      if ((count == 0)) && [[ $'\n'$reply == *$'\n'"$word"$'\t'* ]]; then command+=" $word"; else ((++count)); fi
    fi
  done
  if [[ $takes ]]; then
    _kpi_values "$takes"
  elif [[ ! $literal && $current == --*=* ]]; then
    _kpi_takes "$command" "${current%%=*}"
    current=${current#*=}
    _kpi_values "$takes"
  elif [[ ! $literal && $current == -* ]]; then
    _kpi_options "$command"
    word=$reply
    _kpi_options +
    _kpi_list "$word"$'\n'"$reply" '%-17s %s%.0s\n'
  else
    _kpi_commands "$command"
    if [[ $reply ]]; then
      ((count)) || _kpi_list "$reply" '%-12s %s\n'
    else
      _kpi_arguments "$command $count"
      [[ $reply ]] || _kpi_arguments "$command +"
      _kpi_values "$reply"
    fi
  fi
}

complete -o nosort -F _kpi kpi 2>/dev/null || complete -F _kpi kpi
