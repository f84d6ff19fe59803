module github.com/keyrota/keyrota

go 1.26.0

require (
	github.com/99designs/keyring v1.2.2 // the OS keyrings behind one interface
	github.com/BurntSushi/toml v1.6.0 // keys.toml, config.toml, themes
	github.com/ProtonMail/go-crypto v1.5.2 // the curve of Hyperliquid's key pairs, without a table that weighs 0.7 MB
	github.com/arran4/golang-ical v0.3.4 // tests: other eyes on calendars
	github.com/charmbracelet/bubbles v1.0.0 // text input
	github.com/charmbracelet/bubbletea v1.3.10 // the terminal program
	github.com/charmbracelet/lipgloss v1.1.0 // colours
	github.com/charmbracelet/x/ansi v0.11.6 // widths of text in cells
	github.com/creack/pty v1.1.24 // tests: the real program in a pseudo-terminal
	github.com/decred/dcrd/dcrec/secp256k1/v4 v4.4.1 // tests: other eyes on these key pairs, and signatures
	github.com/gofrs/flock v0.13.1 // one writer at a time, on every system
	github.com/google/go-cmp v0.7.0 // tests: readable differences
	github.com/hinshun/vt10x v0.0.0-20220301184237-5011da428d02 // tests: what is on the screen of that terminal
	github.com/muesli/cancelreader v0.2.2 // tests: that answers of the terminal never reach a text field
	github.com/muesli/termenv v0.16.0 // what colours a terminal can show
	github.com/prometheus/client_model v0.6.3 // tests: what common reads
	github.com/prometheus/common v0.73.1 // tests: other eyes on metrics
	github.com/sahilm/fuzzy v0.1.3 // the palette
	github.com/spf13/cobra v1.10.2 // commands, help, shell completion
	github.com/spf13/pflag v1.0.9 // its flags, by the name cobra gives them
	github.com/youmark/pkcs8 v0.0.0-20240726163527-a2c0da244d78 // private keys that are encrypted with a password
	golang.org/x/crypto v0.59.0 // Argon2id for the file keyring; Keccak-256 for addresses of Hyperliquid
	golang.org/x/sys v0.50.0 // no core dumps, no reading of our memory
	golang.org/x/term v0.48.0 // passphrases without echo
	golang.org/x/time v0.16.0 // rate limits below those of the exchanges
)

require (
	github.com/99designs/go-keychain v0.0.0-20191008050251-8e49817e8af4 // indirect
	github.com/atotto/clipboard v0.1.4 // indirect
	github.com/aymanbagabas/go-osc52/v2 v2.0.1 // indirect
	github.com/charmbracelet/colorprofile v0.4.1 // indirect
	github.com/charmbracelet/x/cellbuf v0.0.15 // indirect
	github.com/charmbracelet/x/term v0.2.2 // indirect
	github.com/clipperhouse/displaywidth v0.9.0 // indirect
	github.com/clipperhouse/stringish v0.1.1 // indirect
	github.com/clipperhouse/uax29/v2 v2.5.0 // indirect
	github.com/danieljoos/wincred v1.2.3 // indirect; of keyring; newer than it asks for
	github.com/dvsekhvalnov/jose2go v1.11.0 // indirect; of keyring; newer than it asks for: GHSA-f24c-mccr-j77x and older holes
	github.com/erikgeiser/coninput v0.0.0-20211004153227-1c3628e74d0f // indirect
	github.com/godbus/dbus v0.0.0-20190726142602-4481cbc300e2 // indirect
	github.com/gsterjov/go-libsecret v0.0.0-20161001094733-a6f4afe4910c // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/lucasb-eyer/go-colorful v1.3.0 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/mattn/go-localereader v0.0.1 // indirect
	github.com/mattn/go-runewidth v0.0.19 // indirect
	github.com/mtibben/percent v0.2.1 // indirect
	github.com/muesli/ansi v0.0.0-20230316100256-276c6243b2f6 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/pandatix/go-abnf v0.5.3 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/xo/terminfo v0.0.0-20220910002029-abceb7e1c41e // indirect
	golang.org/x/text v0.44.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
