#!/bin/sh
# Checks a sealed folder: every file against the signed list, the signature, the ledger, and that nothing else is there.
#
#     sh verify.sh [-k FINGERPRINT] [-e HEAD] [-c CA_FILE] [-n] [FOLDER]
#
#     -k FINGERPRINT  of the examiner's key, from another source than this folder
#     -e HEAD         of the ledger when this, or something later, was handed over
#     -c CA_FILE      certificates, in PEM, of the timestamp authorities that you believe
#     -n              leaves timestamps out
#     FOLDER          what is checked; without it, the folder that holds this script
#
# It needs a shell, openssl and GNU coreutils, and nothing else. Whoever could change the folder could change this script
# in it: read it first, or run a copy that you had from somewhere else. Exits with 0 only if all was checked and passed.

set -u
LC_ALL=C
export LC_ALL
umask 077
fingerprint= head= ca_file= stamps=1 result=0 unchecked=0
usage() {
    echo "usage: sh verify.sh [-k FINGERPRINT] [-e HEAD] [-c CA_FILE] [-n] [FOLDER]" >&2
    exit 2
}
while getopts k:e:c:n option; do
    case $option in
    k) fingerprint=$OPTARG ;;
    e) head=$OPTARG ;;
    c) ca_file=$OPTARG ;;
    n) stamps=0 ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || usage
for tool in base64 cat comm cut dirname mktemp openssl paste rm sha256sum sort tr wc; do
    command -v "$tool" > /dev/null || { echo "$tool is not installed; nothing was checked" >&2; exit 2; }
done
case $ca_file in '' | /*) ;; *) ca_file=$PWD/$ca_file ;; esac
cd -- "${1:-$(dirname -- "$0")}" || exit 2
folder=$PWD
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

ok() { printf 'ok    %s\n' "$1"; }
fail() { printf 'FAIL  %s\n' "$1"; result=1; }
skip() { printf -- '--    %s\n' "$1"; unchecked=1; }
digest() { sha256sum | cut -c 1-64; }
lower() { printf '%s' "$1" | tr 'A-F' 'a-f' | tr -d ': \n'; }
is_hash() { case $1 in *[!0-9a-f]*) return 1 ;; esac; [ ${#1} -eq 64 ]; }

# 1. The signed list: its envelope has one form, and is taken apart at the quotation marks.
seal=custody.dsse.json key=examiner.pem type=application/vnd.in-toto+json
if [ ! -f $seal ] || [ -L $seal ]; then
    fail "$seal: there is no signed list, so nothing vouches for what is in the folder"
    echo "VERIFICATION FAILED"
    exit 1
fi
field() { cut -d '"' -f "$1" $seal | tr -d '\n'; }
field 4 | base64 -d > "$work/payload" 2> "$work/errors" || fail "$seal: the list is damaged"
keyid=$(field 14) signature=$(field 18)
if [ -n "$keyid" ]; then
    signatures=$(printf '[{"keyid":"%s","sig":"%s"}]' "$keyid" "$signature")
else
    signatures='[]'
fi
again=$({
    printf '{"payload":"'
    base64 -w 0 < "$work/payload"
    printf '","payloadType":"%s","signatures":%s}\n' "$type" "$signatures"
} | digest)
[ "$again" = "$(digest < $seal)" ] || fail "$seal: it is not in the one form of a signed list"

# 2. The signature, over the type and the list with their lengths (the pre-authentication encoding of DSSE).
signed_with() { # KEY SIGNATURE TYPE FILE
    printf '%s' "$2" | base64 -d > "$work/signature" 2> "$work/errors" &&
        { printf 'DSSEv1 %d %s %d ' ${#3} "$3" "$(wc -c < "$4")"; cat "$4"; } |
        openssl dgst -sha256 -verify "$1" -signature "$work/signature" > "$work/answer" 2>&1
}
if [ -z "$keyid" ]; then
    echo "      THE LIST IS UNSIGNED: anybody could have written it, and everything it lists"
    [ -z "$fingerprint" ] || fail "$seal: it is not signed, where the key $fingerprint was expected"
elif [ -L $key ] || ! openssl pkey -pubin -in $key -outform DER > "$work/key" 2> "$work/errors"; then
    fail "$key: it is no public key"
else
    shown=$(digest < "$work/key")
    if [ "$shown" != "$keyid" ]; then
        fail "$key: it is the key $shown, and the list names $keyid"
    elif signed_with $key "$signature" $type "$work/payload"; then
        ok "the list is signed by the key $shown"
    else
        fail "$seal: the signature does not match the list: one of the two was changed"
    fi
    case $(tr -d '\n' < "$work/payload") in *'"provisional":true'*)
        echo "      the key is PROVISIONAL: no examiner had put a name to it" ;;
    esac
    if [ -z "$fingerprint" ]; then
        echo "      compare that fingerprint with the examiner's, from another source than this folder"
    elif [ "$(lower "$fingerprint")" != "$shown" ]; then
        fail "$key: it is the key $shown, and $fingerprint was expected: somebody else sealed this"
    fi
fi

# 3. What the list says. It is JSON in one form, in which no name of a file needs an escape: cut at the quotation marks,
# each file is ten pieces, of which the fifth is its SHA-256 and the ninth its name.
tr '"' '\n' < "$work/payload" > "$work/pieces"
predicate='' before=''
{
    while IFS= read -r piece; do
        [ "$before|$piece" = 'subject|:[{' ] && break
        predicate="$predicate\"$piece" before=$piece
    done
    paste - - - - - - - - - - > "$work/files"
} < "$work/pieces"
shape=$(printf 'digest\t:{\tsha256\t:\t},\tname\t:')
if [ "$(cut -f 1-4,6-8 "$work/files" | sort -u)" != "$shape" ]; then
    fail "$seal: what it lists is not files with their SHA-256"
fi
cut -f 5 "$work/files" > "$work/digests"
cut -f 9 "$work/files" > "$work/names"
echo data/ > "$work/data"
paste -d ' ' "$work/digests" /dev/null "$work/names" | sort > "$work/list"
count=$(($(wc -l < "$work/list")))
part_of() { # NAME: what follows it in the predicate, up to the end of its value
    case $predicate in *"\"$1\":"*) found=${predicate#*"\"$1\":"} ;; *) found= ;; esac
}
part_of kind
found=${found#\"} kind=${found%%\"*}
part_of file_count
[ "${found%%[!0-9]*}" = "$count" ] || fail "$seal: it names $count files, and says that they are ${found%%[!0-9]*}"

# 4. Every file, against the signed list.
if sha256sum --check --strict --quiet "$work/list" > "$work/answer" 2>&1; then
    ok "each of the $count files of this $kind is as the list has it"
else
    fail "files are missing, or are not as the list has them:"
    tr -d '\000-\011\013-\037\177' < "$work/answer"
fi

# 5. Nothing else: no other file, no link, pipe or device, no empty folder.
walk() { # FOLDER
    empty=1
    for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        [ -e "$entry" ] || [ -L "$entry" ] || continue
        if [ -L "$entry" ]; then
            printf '%s (a link)\n' "${entry#./}"
        elif [ -d "$entry" ]; then
            walk "$entry"
        elif [ -f "$entry" ]; then
            printf '%s\n' "${entry#./}"
        else
            printf '%s (a pipe or a device)\n' "${entry#./}"
        fi
        empty=0
    done
    [ $empty -eq 0 ] || printf '%s (an empty folder, or one that cannot be read)\n' "${1#./}"
}
bag=$(printf 'bagit.txt\n' | comm -12 - "$work/names")
{ cat "$work/names"; echo $seal; [ -z "$bag" ] || echo tagmanifest-sha256.txt; } | sort > "$work/expected"
walk . | sort > "$work/there"
comm -13 "$work/expected" "$work/there" > "$work/others"
if [ -s "$work/others" ]; then
    fail "the signed list does not have these, and nobody vouches for them:"
    tr -d '\000-\011\013-\037\177' < "$work/others"
else
    ok "nothing else is there"
fi

# 6. The manifests of the bag say what the signed list says.
if [ -n "$bag" ]; then
    sort manifest-sha256.txt > "$work/manifest"
    comm -23 "$work/list" "$work/manifest" > "$work/tags"
    seal_line="$(digest < $seal)  $seal"
    wanted=$({ cat "$work/tags"; printf '%s\n' "$seal_line"; } | sort -t ' ' -k 3 | digest)
    payload=$(cut -c 67-71 "$work/tags" | sort -u | comm -12 - "$work/data")
    if [ -n "$payload$(comm -13 "$work/list" "$work/manifest")" ]; then
        fail "manifest-sha256.txt: it does not say what the signed list says"
    elif [ -L tagmanifest-sha256.txt ] || [ "$(digest < tagmanifest-sha256.txt)" != "$wanted" ]; then
        fail "tagmanifest-sha256.txt: it does not say what the signed list says"
    else
        ok "the manifests of the bag say what the signed list says"
    fi
elif [ "$kind" = bundle ]; then
    fail "bagit.txt: it is not there, and a bundle is a bag"
fi

# 7. The ledger: each line signed, and following from the line before.
part_of ledger
found=${found%%\}*} ledger='' stated='' length=''
case $found in *'"file":"'*) ledger=${found#*'"file":"'} ledger=${ledger%%\"*} ;; esac
case $found in *'"head":"'*) stated=${found#*'"head":"'} stated=${stated%%\"*} ;; esac
case $found in *'"length":'*) length=${found#*'"length":'} length=${length%%[!0-9]*} ;; esac
[ -z "$head" ] || head=$(lower "$head")
ledger_type=application/vnd.echoforensics.custody+json
line_is_signed() { # LINE: whether it is an entry after the line before, signed with the key
    entry=${1#'{"entry":'} entry=${entry%',"keyid":'*}
    if [ -n "$ledger_keyid" ]; then
        sig=${1##*',"sig":"'} sig=${sig%'"}'}
        case $sig in *[!A-Za-z0-9+/=]*) return 1 ;; esac
        ending="\"$ledger_keyid\",\"sig\":\"$sig\"}"
    else
        ending='null,"sig":null}'
    fi
    [ "$1" = "{\"entry\":$entry,\"keyid\":$ending" ] || return 1
    case $entry in
    '{"action":"'*"\",\"prev\":\"$prev\",\"seq\":$seq,\"time\":\""????-??-??T??:??:??.??????'Z"}') ;;
    '{"action":"'*"},\"prev\":\"$prev\",\"seq\":$seq,\"time\":\""????-??-??T??:??:??.??????'Z"}') ;;
    *) return 1 ;;
    esac
    printf '%s' "$entry" > "$work/entry"
    [ -z "$ledger_keyid" ] || signed_with "$ledger_key" "$sig" $ledger_type "$work/entry"
}
key_of_ledger() { # LINE: an unsigned list does not say with which key the ledger is signed; its first line does
    case $1 in *'"public_key":"-----BEGIN PUBLIC KEY-----'*'"signed":true'*) ;; *) return ;; esac
    found=${1#*'"public_key":"'}
    ledger_key=$work/ledger.pem
    printf '%b' "${found%%\"*}" > "$ledger_key"
    ledger_keyid=$(openssl pkey -pubin -in "$ledger_key" -outform DER 2> "$work/errors" | digest)
    echo "      the ledger is signed by the key $ledger_keyid"
}
check_ledger() {
    prev=0000000000000000000000000000000000000000000000000000000000000000
    seq=0 left_out=0 held=$([ -z "$head" ] || echo no)
    [ "$(tr -d '\000' < "$ledger" | digest)" = "$(digest < "$ledger")" ] || fail "$ledger: it holds zero bytes"
    ledger_key=$key ledger_keyid=$keyid
    while IFS= read -r line; do
        [ -n "$keyid" ] || [ $seq -gt 0 ] || key_of_ledger "$line"
        hash=${line#'{"left_out":"'} hash=${hash%'"}'}
        if [ "$line" = "{\"left_out\":\"$hash\"}" ] && is_hash "$hash" && [ $seq -gt 0 ]; then
            prev=$hash left_out=$((left_out + 1))
        else
            line_is_signed "$line" || fail "$ledger, line $((seq + 1)): it is not signed by the key, or does not follow"
            prev=$(printf '%s' "$line" | digest)
        fi
        [ "$prev" = "$head" ] && held=yes
        seq=$((seq + 1))
    done
    [ -z "$line" ] || fail "$ledger: bytes follow its last line"
    [ "$prev|$seq" = "$stated|$length" ] || fail "$ledger: it has $seq lines and the head $prev; the list says $length and $stated"
    [ "$held" != no ] || fail "$ledger: no line has the hash $head: this is older, or of another case"
    if [ -n "$ledger_keyid" ]; then signed='signed and '; else signed='UNSIGNED, but '; fi
    words="the ledger has $seq lines, each ${signed}following from the line before; head $prev"
    [ $left_out -eq 0 ] || words="$words; $left_out of them are given as hashes only"
    [ $result -ne 0 ] || ok "$words"
}
if [ -n "$ledger" ]; then
    if [ -f "$ledger" ] && [ ! -L "$ledger" ]; then check_ledger < "$ledger"; else fail "$ledger: there is no ledger"; fi
elif [ -n "$head" ] && [ "$head" != "$stated" ]; then
    fail "it was made when the ledger ended in ${stated:-a line that it does not name}, not in $head"
elif [ -n "$stated" ]; then
    ok "it was made when the ledger of the case had $length lines and ended in $stated"
fi
[ -n "$head" ] || echo "      whether an older one was put in its place cannot be seen without -e HEAD"

# 8. Timestamps, beside the folder.
stamp() { # FILE
    if [ -z "$ca_file" ]; then
        skip "$1: not checked; give the certificates of its authority with -c, or leave timestamps out with -n"
    elif openssl ts -verify -in "$1" -data $seal -CAfile "$ca_file" > "$work/answer" 2>&1; then
        ok "$1: a timestamp over the signed list holds; openssl ts -reply -text -in FILE shows the time"
    else
        fail "$1: it is no timestamp over this signed list under these certificates"
    fi
}
if [ $stamps -eq 1 ]; then
    # Beside a folder that came as a zip, those of the zip.
    for base in "$folder" "$folder.zip" "$folder.zip.age"; do
        some=
        for token in "$base.tsr" "$base".[1-9]*.tsr; do
            case ${token#"$base"} in .tsr) ;; .*[!0-9]*.tsr) continue ;; esac
            [ ! -f "$token" ] || { stamp "$token"; some=1; }
        done
        [ -z "$some" ] || break
    done
fi

# 9. The result.
case $predicate in *'"sealed_set":{'*)
    echo "      not checked by this script: that each row and recording is of the set that the ledger names; see VERIFY.txt" ;;
esac
if [ $result -ne 0 ]; then
    echo "VERIFICATION FAILED"
    exit 1
elif [ $unchecked -ne 0 ]; then
    echo "NOT VERIFIED: not everything was checked. What was checked passed."
    exit 1
elif [ -z "$keyid" ]; then
    echo "Whole, but UNSIGNED."
elif [ -z "$ledger" ]; then
    echo "Verified: the list, its signature and every file."
else
    echo "Verified: the list, its signature, every file and the ledger."
fi
