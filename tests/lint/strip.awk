# SPDX-License-Identifier: Apache-2.0
# Prints C source with comments and the insides of string and character literals blanked; lines keep their numbers.
# Lines with #include keep their text. With -v named=1 each line begins with "FILE:LINE:".
FNR == 1 {
    comment = 0
    quote = ""
}
{
    where = named ? FILENAME ":" FNR ":" : ""
    if (!comment && $0 ~ /^[ \t]*#[ \t]*include/) {
        print where $0
        next
    }
    out = ""
    n = length($0)
    for (i = 1; i <= n; i++) {
        c = substr($0, i, 1)
        two = substr($0, i, 2)
        if (comment) {
            if (two == "*/") {
                comment = 0
                i++
            }
        } else if (quote != "") {
            if (c == "\\")
                i++
            else if (c == quote) {
                quote = ""
                out = out c
            }
        } else if (two == "/*") {
            comment = 1
            i++
        } else if (two == "//") {
            break
        } else {
            if (c == "\"" || c == "'")
                quote = c
            out = out c
        }
    }
    print where out
}
