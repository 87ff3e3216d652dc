# bash completion for halflens. What there is to complete is asked of the program's own help.
_halflens()
{
    local current=${COMP_WORDS[COMP_CWORD]} word command="" words
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || { command=$word; break; }
    done
    case ${COMP_WORDS[COMP_CWORD - 1]} in
        --model | --models) words="all $(halflens models list 2>/dev/null | awk '{print $1}')" ;;
        --theme) words="system light dark" ;;
        *)
            words=$(halflens ${command:+"$command"} --help 2>/dev/null)
            if [[ $current == -* ]]; then
                words=$(grep -oE -- '(^|[ ,])--[a-z][a-z-]*' <<<"$words" | tr -d ' ,')
            elif [[ $command == bench ]]; then
                words=$(halflens bench --list 2>/dev/null)
            else
                words=$(sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p' <<<"$words")
            fi
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
} && complete -o default -F _halflens halflens
