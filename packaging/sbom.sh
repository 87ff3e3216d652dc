#!/usr/bin/env bash
# Prints the software bill of materials of built programs as SPDX 2.3 JSON: HalfLens itself and every Debian package
# whose shared libraries they load, with version, source package and the licences its copyright file names.
# Usage: packaging/sbom.sh VERSION FILE... (the program and the modules it opens)
set -euo pipefail
export LC_ALL=C
version=$1
shift

quoted() { tr -s '[:cntrl:]' ' ' <<<"$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/ $//' -e 's/.*/"&"/'; }

# Licence names of a machine-readable copyright file, as one SPDX comment; other files are for people to read.
licences() {
    local file=/usr/share/doc/$1/copyright
    [[ -r $file ]] || return 0
    sed -n 's/^License:[[:space:]]*\([^[:space:]].*\)$/\1/p' "$file" | sort -u | paste -sd';'
}

mapfile -t libraries < <(ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\// && !/:$/ {print $1}' | sort -u)
# All spellings of a library's path: links resolved or not, /usr merged or not.
spellings() {
    local path
    for path in "$1" "$(readlink -f "$1")"; do
        echo "$path"
        echo "${path#/usr}"
        echo "/usr${path#/usr}"
    done
}
# One query for all: dpkg reads its lists anew each time.
declare -A owner=() packages=()
while IFS= read -r line; do
    [[ $line != "diversion by "* ]] || continue # names no owner
    owner[${line##*: }]=${line%%:*}
done < <(for library in "${libraries[@]}"; do spellings "$library"; done | sort -u | xargs dpkg-query -S 2>/dev/null || true)
for library in "${libraries[@]}"; do
    package=""
    while IFS= read -r path; do package=${package:-${owner[$path]:-}}; done < <(spellings "$library")
    if [[ -n $package ]]; then packages[$package]=1; else echo "sbom: no Debian package owns $library" >&2; fi
done

created=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)
cat <<END
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "halflens-$version",
  "documentNamespace": "https://spdx.org/spdxdocs/halflens-$version-$(cat "$@" | sha256sum | cut -c1-32)",
  "creationInfo": {"created": "$created", "creators": ["Tool: packaging/sbom.sh"]},
  "packages": [
    {"SPDXID": "SPDXRef-halflens", "name": "halflens", "versionInfo": "$version", "downloadLocation": "NOASSERTION",
     "filesAnalyzed": false, "licenseConcluded": "BSD-3-Clause", "licenseDeclared": "BSD-3-Clause"}
END
names=()
while read -r name; do
    names+=("$name")
    IFS=$'\t' read -r package release source < <(dpkg-query -W -f='${Package}\t${Version}\t${source:Package}\n' "$name")
    printf '    ,{"SPDXID": "SPDXRef-%s", "name": %s, "versionInfo": %s, "sourceInfo": %s,\n' \
        "${package//[^A-Za-z0-9.-]/-}" "$(quoted "$package")" "$(quoted "$release")" "$(quoted "Debian source package $source")"
    printf '     "downloadLocation": "NOASSERTION", "filesAnalyzed": false, "licenseConcluded": "NOASSERTION",\n'
    printf '     "licenseDeclared": "NOASSERTION", "licenseComments": %s,\n' "$(quoted "$(licences "$package")")"
    printf '     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": %s}]}\n' \
        "$(quoted "pkg:deb/debian/$package@${release//+/%2B}")"
done < <(printf '%s\n' "${!packages[@]}" | sort)
cat <<END
  ],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-halflens"}
END
for name in "${names[@]}"; do
    printf '    ,{"spdxElementId": "SPDXRef-halflens", "relationshipType": "DYNAMIC_LINK", "relatedSpdxElement": "SPDXRef-%s"}\n' \
        "${name//[^A-Za-z0-9.-]/-}"
done
echo '  ]'
echo '}'
