# fenced LANGUAGE N: the N-th block of a language in README.md, so that what is documented is what
# is tested.
fenced() {
    awk -v begin='```'"$1" -v wanted="$2" '
        $0 == begin { n++; inside = n == wanted; next }
        /^```/ { inside = 0 }
        inside' "$source/README.md" | grep . || problem "README.md: no $1 block $2"
}
