// Prints what Kubernetes' own YAML library makes of a fixed list of texts and of a number of seeded random ones: the table
// against which libs/domain/src/yaml is tested.
//
//	go run . [-random 400] [-seed 1] > ../../libs/domain/src/yaml/kubernetes-yaml-table.json
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"runtime/debug"
	"strings"

	"sigs.k8s.io/yaml"
)

// Entry is one text and its meaning.
type Entry struct {
	YAML string `json:"yaml"`
	// JSON is what Kubernetes sees; absent when the library refuses the text.
	JSON *json.RawMessage `json:"json,omitempty"`
	// Strict is absent when the strict mode of the library refuses it as well: duplicate keys.
	Strict bool `json:"strict,omitempty"`
}

func main() {
	count := flag.Int("random", 400, "how many random texts")
	seed := flag.Int64("seed", 1, "seed of the random texts")
	flag.Parse()
	texts := append(fixed(), random(rand.New(rand.NewSource(*seed)), *count)...)
	entries := make([]Entry, 0, len(texts))
	seen := map[string]bool{}
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			entries = append(entries, convert(text))
		}
	}
	print(entries)
}

func convert(text string) (entry Entry) {
	entry.YAML = text
	defer func() {
		if recover() != nil { // a crash of the library is a refusal
			entry.JSON = nil
		}
	}()
	loose, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return entry
	}
	raw := json.RawMessage(loose)
	entry.JSON = &raw
	_, err = yaml.YAMLToJSONStrict([]byte(text))
	entry.Strict = err == nil
	return entry
}

func print(entries []Entry) {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "sigs.k8s.io/yaml" {
				version = module.Version
			}
		}
	}
	fmt.Printf("{\n  \"library\": \"sigs.k8s.io/yaml %s\",\n  \"entries\": [\n", version)
	for i, entry := range entries {
		line, err := json.Marshal(entry)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		comma := ","
		if i == len(entries)-1 {
			comma = ""
		}
		fmt.Printf("    %s%s\n", line, comma)
	}
	fmt.Print("  ]\n}\n")
}

var scalars = strings.Split(`y Y n N yes Yes YES yEs no No NO on On ON oN off Off OFF true True TRUE tRUE false False FALSE t f
null Null NULL nULL ~ ~~ nil none None 0 1 -1 +1 00 01 007 0777 -0777 +0777 08 09 0778 0o7 0o777 0O777 -0o17 +0o17 0o8 0x1F 0X1f 0xg -0x10 +0xA 0b101 0B101 -0b11 +0b11 0b2 0b
1_000 1__0 _1 1_ 0x_1F 0b1_0 0_7 1_0.5 1.5_0 - + -- +- . .. ... .5 -.5 +.5 5. -5. 1.0 1.50 -1.5 +1.5 1e3 1E3 1e+3 1e-3 1.e3 .5e1 1e 1e+ e3 1.2.3 1.2e3.4 1e400 -1e400 1e-400
.inf .Inf .INF .iNF -.inf -.INF +.inf inf Infinity .nan .NaN .NAN .Nan nan NaN 22:22 1:30:00 12:30:45.5 -1:30 2001-01-01 2001-1-1 2001-13-01 2001-02-30 2001-12-14T21:59:43.10-05:00
2001-12-14t21:59:43Z 20010101 2001-01 2001- 127.0.0.1 1.2.3.4 10.0.0.0/8 v1 1m 100m 0.5Gi 1Gi 1k 1e3Mi 64Mi 1d 12h 0d 1f 0x 0o
9007199254740991 9007199254740992 -9007199254740991 -9007199254740992 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616
123456789012345678901234567890 0x7fffffffffffffff 0xffffffffffffffff 0x10000000000000000 0777777777777777777777 1234567.5 12345678 0.1 0.30000000000000004 1e21 1e20 123456789.125 3.4e38 3.5e38 1e-45 0.0001 0.00001 -0 -0.0 0.0 00.5 +00 000 1,000 1'000
<< = !  @ % * & # | > ? : - @a %a a:b a: :a a#b a,b [] {} [1] {a:1} a=b =a '' "" 'a' "a" '1' "1" "yes" 'null' "~" "\x41" "\u00e9" "\U0001F600" "\ud83d\ude00" "\/" "\z" 'it''s' "a\nb" é 日本 `, " ")

var tags = []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!binary", "!!timestamp", "!!map", "!!seq", "!!set", "!!merge", "!", "!custom", "!!unknown", "!<tag:yaml.org,2002:int>"}

func fixed() []string {
	var texts []string
	for _, field := range scalars {
		for _, s := range strings.Split(field, "\n") {
			texts = append(texts, "a: "+s+"\n", s+": a\n", "- "+s+"\n", "[ "+s+" ]\n")
		}
	}
	for _, tag := range tags {
		for _, s := range []string{"", "1", "'1'", "1.5", "x", "yes", "'yes'", "~", "null", "2001-01-01", "aGVsbG8=", "aGVsbG8", "/w==", "0x10", "<<", "[a]", "{a: b}", ".inf", "123456789012345678901234567890", "18446744073709551615"} {
			texts = append(texts, "a: "+tag+" "+s+"\n")
		}
		texts = append(texts, tag+" 1: a\n")
	}
	return append(texts, documents...)
}

var documents = []string{
	"", "\n", "# only a comment\n", "---\n", "--- \n...\n", "null\n", "a\n", "'a'\n", "a: b", "a: b\r\nc: d\r\n", "a: b\rc: d\r", "\ufeffa: b\n", "a: b\n...\n", "--- a\n", "--- |\n a\n", "%YAML 1.1\n---\na: yes\n", "%YAML 1.2\n---\na: yes\n", "%FOO bar\n---\na: b\n", "%TAG !e! tag:example.com,2000:\n---\na: !e!x b\n",
	"a: 1\na: 2\n", "{a: 1, a: 2}\n", "1: a\n'1': b\n", "a: {b: 1, b: 2}\n", "1.0: a\n1: b\n", "true: a\nyes: b\n", "0x10: a\n16: b\n",
	"a: &x 1\nb: *x\n", "a: &x {b: 1}\nc: *x\n", "a: *x\n", "a: &x [*x]\n", "a: &x {b: *x}\n", "a: &x 1\nb: &x 2\nc: *x\n", "a: &x\nb: *x\n", "&x a: 1\nb: *x\n", "a: &x b\n*x : c\n", "a: &x [1]\n*x : c\n", "a: &x 1\n*x : c\n", "a: &x ~\n*x : c\n", "a: &x 1.5\n*x : c\n", "&x 1.5: a\nb: *x\n", "a: &x 1\n---\nb: *x\n", "a: &x 'y'\nb: *x\n", "- &a a\n- &b b\n- *a\n- *b\n", "a: &x:y 1\nb: *x:y\n", "a: &x [1, &y 2]\nb: *y\n", "a: &x !!str 1\nb: *x\n", "a: !!str &x 1\nb: *x\n",
	"a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}\n", "a: &x {b: 1}\nd: {b: 3, <<: *x}\n", "a: &x {b: 1}\ny: &y {b: 2, c: 3}\nd: {<<: [*x, *y]}\n", "<<: {a: 1}\nb: 2\n", "<<: [{a: 1}, {a: 2}]\n", "<<: 1\n", "<<: [1]\n", "<<:\n", "<<: []\n", "'<<': 1\n", "\"<<\": {a: 1}\n", "a: &x [1]\n<<: *x\n", "a: &x {b: 1}\nc: &y {<<: *x, d: 2}\ne: {<<: *y}\n", "<<: {a: 1}\n<<: {b: 2}\n", "<<: {a: 1}\n<<: {a: 2}\n", "!!merge <<: {a: 1}\n", "!!str <<: {a: 1}\n", "! <<: {a: 1}\n", "a: <<\n", "- <<\n", "? <<\n: {a: 1}\n", "a: &x {b: 1}\nd:\n  <<: *x\n  e: f\n", "<<: {1: a, yes: b}\n", "<<: &x {a: 1}\nb: *x\n", "<<: [[{a: 1}]]\n", "a: &x {b: 1}\n<<: [*x, 1]\n", "<<: {__proto__: 1}\n", "&x <<: {a: 1}\nb: *x\n",
	"__proto__: {a: 1}\n", "constructor: {prototype: {a: 1}}\n", "a: {__proto__: b}\n", "'__proto__': 1\n__proto__: 2\n", "toString: 1\nhasOwnProperty: 2\n",
	"? a\n: b\n", "? a\n", "? [a]\n: b\n", "? {a: b}\n: c\n", "[a]: b\n", "{a: b}: c\n", "{[a]: b}\n", "? |\n  a\n: b\n", "a: b: c\n", "a:\n- b\n- c\n", "a:\n  - b\n  - - c\n    - d\n", "- - - a\n", "-\n", "- \n- a\n", "a:\n  b:\n    c:\n", "a:\n b: 1\n  c: 2\n", "a:\n  b: 1\n c: 2\n", "a:\n\t- b\n", "a:\tb\n", "a: b\t# c\n", "\ta: b\n", "a: [\n\t1,\n\t2\n]\n", "{\n\t\"a\": 1\n}\n", "a: |\n\tb\n", "a: b #c\n", "a: b#c\n", "a: 'b' #c\n", "a: 'b'#c\n", "a: \"b\"c\n", "a:b\n", "'a':b\n", "\"a\":b\n", "{\"a\":1}\n", "{\"a\":\"b\",\"c\":[1,2,{\"d\":null}]}\n", "{'a':1}\n", "{a:1}\n", "{a: 1, b}\n", "{a, b: }\n", "{a: 1,}\n", "[1,]\n", "[1,,2]\n", "[,]\n", "[a: b]\n", "[a: b, c]\n", "[? a: b]\n", "[a, [b, {c: d}]]\n", "{a: [}\n", "[a\n", "{a: b\n", "]\n", "}\n", "a: ]\n", "a: [b]c\n", "[a]b\n", "{a: b}\nc: d\n", "a: {b: c}\nd: e\n", "[a,\nb]\n", "a: [\nb\n]\n", "a:\n  [b,\n c]\n", "{ ? a : b }\n", "{: a}\n", "{a: b:c}\n", "{a: http://x/y?z}\n", "[http://x]\n", "[a b, c d]\n", "{a b: c d}\n", "[-1, - a]\n", "[-]\n", "{-: 1}\n", "[a?b, a:b, a#b]\n", "[\"a\":b]\n", "[\"a\": b]\n", "[*x]\n", "a: [#c\n b]\n", "a: [b #c\n ]\n",
	"a: |\n  b\n  c\n", "a: |-\n  b\n", "a: |+\n  b\n\n", "a: |2\n   b\n", "a: |1-\n  b\n", "a: |0\n b\n", "a: >\n  b\n  c\n", "a: >-\n  b\n\n  c\n", "a: >\n  b\n    c\n  d\n", "a: |\n", "a: |\n\nb: c\n", "a: |\nb: c\n", "a: |\n  b\n c\n", "a: | # c\n  b\n", "a: |#c\n  b\n", "a: |x\n  b\n", "a: |\n\n\n  b\n", "a: |\n    \n  b\n", "a: >\n\n  b\n\n\n  c\n", "a: |\n  b\r\n  c\r\n", "a: |\n  # b\n", "a: |\n  b\n# c\n", "a: |\n  ---\n", "a: |\n---\nb\n", "- |\n a\n- >\n b\n", "a: !!str |\n  1\n", "a: !!int |\n  1\n", "a: !!binary |\n  aGVs\n  bG8=\n", "a: >+\n b\n\n\n", "a: >\n b\n  c\n\n  d\n e\n", "a: |\n  b   \n  \n  c\n",
	"a: b\n  c\n", "a: b\n c: d\n", "a:\n  b\n  c\n", "a: b\n\n  c\n", "a\nb\n", "a\n b: c\n", "a: 'b\n  c'\n", "a: 'b\n\n  c'\n", "a: \"b\n  c\"\n", "a: \"b\\\n  c\"\n", "a: \"b \\\n  \\ c\"\n", "a: \"b\n\n\n  c\"\n", "a: 'b\nc'\n", "a: \"b\nc\"\n", "a: \"\\0\\a\\b\\t\\n\\v\\f\\r\\e\\ \\\"\\\\\\N\\_\\L\\P\"\n", "a: \"\\x4\"\n", "a: \"\\u12\"\n", "a: \"\\U00110000\"\n", "a: \"\\ud800\"\n", "a: \"\\q\"\n", "a: \"\\'\"\n", "a: '\\n'\n", "a: \"\n", "a: '\n", "a: \"b\" c\n", "a: \"  b  \n   c  \"\n", "a: \"b\t\n c\"\n", "a: - b\n", "a: -b\n", "a: ?b\n", "a: :b\n", "a: ::\n", "a: b:\n", "a: `b`\n", "a: @b\n", "a: %b\n", "%a: b\n", "a: *\n", "a: &\n", "a: &x *x\n", "a: !\n", "a: !! b\n", "a: !a!b c\n", "a: !<x> b\n", "a: !<x b\n", "a: &x &y b\n", "a: !x !y b\n", "a: !x &y b\n", "&x\n", "!!str\n", "&x &y a: b\n", "a: b\n--- c\n", "a: b\n... c\n", "--- a: b\n", "--- - a\n", "--- {a: b}\n", "--- [a]\n", "---\n- a\n", "---a: b\n", "----\n", "---- a\n", "-- -\n", "...\n", "...\na: b\n", "a: b\n---\n", "a: b\n---\n---\n",
	"a: b\u0085c: d\n", "a: b\u2028c\n", "a: \"b\u2028c\"\n", "a: |\n  b\u2029c\n", "a: \u0000\n", "a: \u0001\n", "a: \u007f\n", "a: \u00a0\n", "a: \ufffd\n", "a: \ufffe\n", "a: b\ufeffc\n", "a: \U0001F600\n", "é: ü\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  on: \"off\"\n  b: |\n    c: d\n    # e\n  f: '1'\n",
	"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: {app: a}}\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - name: a\n        image: a:1.10\n        args: [\"--a\", \"--b=c\"]\n        ports:\n        - containerPort: 0x50\n        securityContext: {defaultMode: 0644}\n",
	"a: &anchor\n  b: 1\nc:\n  <<: *anchor\n  b: 2\n  d: 3\n",
}

// random makes texts in the neighbourhood of YAML: numbers of odd shapes, small documents, and texts of indicator characters.
func random(r *rand.Rand, count int) []string {
	texts := make([]string, 0, count)
	for range count {
		switch r.Intn(4) {
		case 0:
			texts = append(texts, "a: "+pick(r, "0123456789_+-.eExobnsyYNOfF:TZ ", 1+r.Intn(8))+"\n")
		case 1:
			texts = append(texts, block(r, 0, 0))
		case 2:
			texts = append(texts, "a: "+flow(r, 0)+"\n")
		default:
			texts = append(texts, pick(r, "ab1:-?,[]{}#&*!|>'\"%@` \n \n\t\\~<", 1+r.Intn(16))+"\n")
		}
	}
	return texts
}

func pick(r *rand.Rand, alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[r.Intn(len(alphabet))])
	}
	return b.String()
}

func scalar(r *rand.Rand) string {
	switch r.Intn(8) {
	case 0:
		return "&x " + pick(r, "ab1", 1)
	case 1:
		return "*x"
	case 2:
		return "'" + pick(r, "ab1: #\\", r.Intn(5)) + "'"
	case 3:
		return "\"" + pick(r, "ab1: #nt", r.Intn(5)) + "\""
	case 4:
		return pick(r, "0123456789._eExb+-", 1+r.Intn(5))
	case 5:
		return []string{"yes", "no", "~", "null", "<<", "!!str 1", "!!int '1'", "2001-01-01", "1:30", "n", ".5", "-.inf"}[r.Intn(12)]
	default:
		return pick(r, "abcd", 1+r.Intn(3))
	}
}

func flow(r *rand.Rand, depth int) string {
	if depth > 3 || r.Intn(3) == 0 {
		return scalar(r)
	}
	var items []string
	isMap := r.Intn(2) == 0
	for range r.Intn(4) {
		item := flow(r, depth+1)
		if isMap {
			item = key(r) + ": " + item
		}
		items = append(items, item)
	}
	if isMap {
		return "{" + strings.Join(items, ", ") + "}"
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func key(r *rand.Rand) string {
	return []string{"a", "b", "c", "d", "1", "'1'", "yes", "<<", "&k e", "~", "1.5", "\"f\"", "g h", "0x1"}[r.Intn(14)]
}

func block(r *rand.Rand, indent, depth int) string {
	var b strings.Builder
	pad := strings.Repeat(" ", indent)
	isMap := r.Intn(3) > 0
	for range 1 + r.Intn(4) {
		b.WriteString(pad)
		if isMap {
			b.WriteString(key(r) + ":")
		} else {
			b.WriteString("-")
		}
		switch {
		case depth < 3 && r.Intn(2) == 0:
			b.WriteString([]string{"", " &x", " !!map", " # c"}[r.Intn(4)] + "\n" + block(r, indent+1+r.Intn(2), depth+1))
		case r.Intn(5) == 0:
			b.WriteString([]string{" |", " >", " |-", " >-", " |+", " >+"}[r.Intn(6)] + "\n")
			for range r.Intn(4) {
				b.WriteString(strings.Repeat(" ", indent+1+r.Intn(3)) + pick(r, "ab #:-", r.Intn(4)) + "\n")
			}
		case r.Intn(3) == 0:
			b.WriteString(" " + flow(r, 2) + "\n")
		default:
			b.WriteString(" " + scalar(r) + "\n")
		}
	}
	return b.String()
}
