#!/bin/sh
# Prints the manual page of a built halflens, made of the help of the program and of each of its commands.
# Usage: make-man.sh PROGRAM VERSION DATE
set -eu
program=$1

# Verbatim in roff: backslashes, and dots and quotes that begin a line, mean something there.
verbatim() { sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\([.']\)/\\\\\&\1/"; }
# The help of a command as a section of fixed lines.
section() {
    title=$1
    shift
    printf '.SH %s\n.nf\n' "$title"
    "$program" "$@" --help | verbatim
    printf '.fi\n'
}
commands_of() { "$program" "$@" --help | sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p'; }

cat <<END
.TH HALFLENS 1 "$3" "HalfLens $2" "User Commands"
.SH NAME
halflens \- show which half of an image a quality model looks at
.SH SYNOPSIS
.B halflens
.RI [ OPTIONS ]
.RI [ FILES ...]
.br
.B halflens
.I COMMAND
.RI [ OPTIONS ]
END
section DESCRIPTION
for command in $(commands_of); do
    section "HALFLENS $(echo "$command" | tr '[:lower:]' '[:upper:]')" "$command"
    for sub in $(commands_of "$command"); do
        section "HALFLENS $(echo "$command $sub" | tr '[:lower:]' '[:upper:]')" "$command" "$sub"
    done
done
cat <<END
.SH EXIT STATUS
0 all well, 1 some inputs failed, 2 wrong usage, 3 nothing could be done, 130 interrupted.
.SH FILES
.TP
.I /usr/share/halflens/models
The models that come with the program.
.TP
.I ~/.local/share/halflens/models
Models imported by the user.
.TP
.I /usr/share/doc/halflens/help
Help pages.
END
