#!/usr/bin/env bash
# Prints the software bill of materials of built programs as SPDX 2.3 JSON: HalfLens itself and every Debian package
# whose shared libraries they load, with version, source package and the licences its copyright file names.
# Usage: packaging/sbom.sh VERSION FILE... (the program and the modules it opens)
set -euo pipefail
export LC_ALL=C
version=$1
shift

quoted() { tr -s '[:cntrl:]' ' ' <<<"$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/ $//' -e 's/.*/"&"/'; }

# The Debian package that owns a library; merged /usr makes both spellings of a path valid.
owner() {
    local path=$1
    dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}" 2>/dev/null || dpkg-query -S "/usr$path" 2>/dev/null || true
}

# Licence names of a machine-readable copyright file, as one SPDX comment; other files are for people to read.
licences() {
    local file=/usr/share/doc/$1/copyright
    [[ -r $file ]] || return 0
    sed -n 's/^License:[[:space:]]*\([^[:space:]].*\)$/\1/p' "$file" | sort -u | paste -sd';'
}

mapfile -t libraries < <(ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\// && !/:$/ {print $1}' | sort -u)
unowned=()
declare -A packages=()
for library in "${libraries[@]}"; do
    line=$(owner "$library" | head -1)
    [[ -n $line ]] || line=$(owner "$(readlink -f "$library")" | head -1)
    if [[ -z $line ]]; then unowned+=("$library"); else packages[${line%%: *}]=1; fi
done
if ((${#unowned[@]} > 0)); then
    echo "sbom: no Debian package owns ${unowned[*]}" >&2
fi

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
    package=${name%%:*}
    printf '    ,{"spdxElementId": "SPDXRef-halflens", "relationshipType": "DYNAMIC_LINK", "relatedSpdxElement": "SPDXRef-%s"}\n' \
        "${package//[^A-Za-z0-9.-]/-}"
done
echo '  ]'
echo '}'
