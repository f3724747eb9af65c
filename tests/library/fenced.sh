# fenced PAGE LANGUAGE N: the N-th block of a language in a page of src/manual, so that what is
# documented is what is tested.
fenced() {
    awk -v begin='```'"$2" -v wanted="$3" '
        $0 == begin { n++; inside = n == wanted; next }
        /^```/ { inside = 0 }
        inside' "$source/src/manual/$1.md" | grep . || problem "$1: no $2 block $3"
}
