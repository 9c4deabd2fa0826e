# fish completion of kpi, made by `kpi completion show fish`; do not edit.
# Fixed words come from the tables below. For the rest `kpi --complete` is asked, see kpi_cli/completion/answers.py.

@TABLES@

# Offer what an option or an argument takes: takes, what stands in front of the word, the word, the words before it.
function _kpi_values -a takes front current
    set -l before $argv[4..]
    switch "$takes"
        case file
            printf "$front%s\n" (__fish_complete_path $current)
        case folder
            printf "$front%s\n" (__fish_complete_directories $current '')
        case 'words:*'
            printf "$front%s\n" (string sub -s 7 -- $takes | string split '|' | string replace = \t)
        case 'ask:*'
            set -l answer ($before[1] --complete (string sub -s 5 -- $takes) "$current" $before[2..] 2>/dev/null)
            and test (count $answer) -gt 1
            and printf "$front%s\n" $answer[2..]
    end
end

# Print what an option of a command takes, nothing for a flag.
function _kpi_takes -a command option
    for line in (_kpi_options $command; _kpi_options +)
        set -l parts (string split \t -- $line)
        if test $parts[1] = $option
            test $parts[3] = -
            or echo $parts[3]
            return
        end
    end
end

function _kpi_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct | string replace -r '^[\'"]' '')
    set -l command kpi
    set -l count 0
    set -l literal no
    set -l takes
    for word in $before[2..]
        if test -n "$takes"
            set takes
        else if test $literal = no -a "$word" = --
            set literal yes
        else if test $literal = no; and string match -q -- '-*' $word
            string match -q -- '*=*' $word
            or set takes (_kpi_takes $command $word)
        else if test $count = 0; and contains -- $word (_kpi_commands $command | string replace -r '\t.*' '')
            set command "$command $word"
        else
            set count (math $count + 1)
        end
    end
    if test -n "$takes"
        _kpi_values $takes '' "$current" $before
    else if test $literal = no; and string match -q -- '--*=*' $current
        set -l parts (string split -m 1 = -- $current)
        _kpi_values (_kpi_takes $command $parts[1]; or echo '') $parts[1]= "$parts[2]" $before
    else if test $literal = no; and string match -q -- '-*' $current
        begin
            _kpi_options $command
            _kpi_options +
        end | string replace -r '\t[^\t]*$' ''
    else if _kpi_commands $command | read -z children
        test $count = 0
        and printf '%s' $children
    else
        set takes (_kpi_arguments "$command $count"; _kpi_arguments "$command +")
        _kpi_values "$takes[1]" '' "$current" $before
    end
end

complete -c kpi -e
complete -c kpi -k -f -a '(_kpi_complete)'
