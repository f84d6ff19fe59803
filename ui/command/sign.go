package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

const signHelp = `sign shows, step by step, how keyrota would sign a call with one of your keys: the string to sign, the
signature, and the address, headers and body in the end. It helps when a program of yours is refused for
its signature. Nothing is sent, to nobody, and the secret is never shown.

The signature is hidden until --reveal is given, or yes is typed where it asks: whoever sees it can send
the call until it expires. That it was shown goes into the audit log.

--compare reads what your program made - the string that it signs, a signature, header lines, a query or
a token - and says where it differs and why. For the same timestamp and nonce give yours with --at and
--nonce. Then the exit code is 1 where something differs.

PATH is the part of the address from its first slash on; what follows a ? in it is the query. Parameters
that make a call valid, such as timestamp and signature, are added by keyrota and do not belong there.`

// The most that is read of a body and of what is compared.
const (
	maxSignedBody = 1 << 20
	maxCompared   = 64 << 10
)

// signFlags are the flags of sign.
type signFlags struct {
	query, body, bodyFile, at, nonce, compare string

	reveal, asJSON bool
}

func (a *App) signCommand(g *globals) *cobra.Command {
	var f signFlags
	c := &cobra.Command{
		Use: "sign NAME METHOD PATH", Short: "Show how a call is signed, to find why a bot's signature is refused", Long: signHelp,
		Example: "  keyrota sign grid-bot GET /api/v3/account\n  keyrota sign grid-bot POST /v5/order/create --body-file order.json --at 1700000000000 --compare signed.txt",
		Args:    threeWords,
		RunE: func(c *cobra.Command, args []string) error {
			err := a.sign(c.Context(), g, args, &f)
			if _, told := errors.AsType[*Exit](err); err != nil && !told && f.asJSON {
				return a.failJSON(err)
			}
			return err
		},
	}
	c.Flags().StringVar(&f.query, "query", "", "the query as it stands in the address, without the ?")
	c.Flags().StringVar(&f.body, "body", "", "the body, as it is sent")
	c.Flags().StringVar(&f.bodyFile, "body-file", "", "read the body from this file, byte for byte")
	c.Flags().StringVar(&f.at, "at", "", "when the call is made: 2026-11-01T15:00:00Z, or Unix time in s, ms, µs or ns; now if left out")
	c.Flags().StringVar(&f.nonce, "nonce", "", "the nonce, where the exchange wants one; made up if left out")
	c.Flags().StringVar(&f.compare, "compare", "", "compare with what your program made: a file, or - for standard input")
	c.Flags().BoolVar(&f.reveal, "reveal", false, "show the signature too")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return c
}

func threeWords(c *cobra.Command, args []string) error {
	if len(args) == 3 {
		return nil
	}
	return &Exit{Code: 2, Err: desk.Refuse(fmt.Sprintf("%s takes the name of a key, a method and a path, got %d words", c.CommandPath(), len(args)),
		"For example: keyrota sign grid-bot GET /api/v3/account")}
}

// sign shows a call and, where a person says so, shows it again with its
// signature. Only that takes the lock: it is written down.
func (a *App) sign(ctx context.Context, g *globals, args []string, f *signFlags) error {
	call, err := f.call(args[1], args[2], a.Now())
	if err != nil {
		return err
	}
	theirs, err := f.theirs(a.Stdin)
	if err != nil {
		return err
	}
	asked := g.readOnly
	show := func(s *session) error { return a.showSigned(ctx, s, args[0], call, theirs, f) }
	if f.reveal {
		return a.withSession(ctx, g, show)
	}
	verdict := a.looking(ctx, g, show)
	if _, compared := errors.AsType[*Exit](verdict); verdict != nil && !compared || f.asJSON || f.compare == "-" || !a.onTerminal() || !a.wantsSignature() {
		return verdict
	}
	g.readOnly, f.reveal = asked, true
	return a.withSession(ctx, g, show)
}

// wantsSignature asks on the terminal.
func (a *App) wantsSignature() bool {
	fmt.Fprint(a.Stderr, "\nWhoever sees the signature can send the call until it expires.\nType yes to show it: ")
	line, _ := bufio.NewReader(a.Stdin).ReadString('\n') // nothing is no yes
	return strings.TrimSpace(line) == "yes"
}

// showSigned prints a signed call; with --reveal all of it, once that is in the
// audit log.
func (a *App) showSigned(ctx context.Context, s *session, name string, call exchanges.Call, theirs string, f *signFlags) error {
	r, err := s.find(name)
	if err != nil {
		return err
	}
	signed, err := s.desk.Sign(ctx, r.ID, call, theirs)
	if err != nil {
		return err
	}
	shown := signed.Masked(hiddenMark)
	if f.reveal {
		if shown, err = s.desk.RevealSigning(ctx, signed); err != nil {
			return err
		}
	}
	out := &signedCall{r, call, shown, signed, f}
	if f.asJSON {
		err = a.printJSON(out.json())
	} else {
		err = buffered(a.Stdout, out.print)
	}
	if err == nil && out.differs() {
		return &Exit{Code: 1}
	}
	return err
}

// signedCall is what sign prints.
type signedCall struct {
	record *store.Record
	call   exchanges.Call
	shown  *exchanges.Signing
	signed *desk.Signed
	flags  *signFlags
}

// differs reports whether something that was compared is not the same.
func (c *signedCall) differs() bool {
	for _, m := range c.signed.Matches {
		if !m.Same {
			return true
		}
	}
	return false
}

// call reads the call that is meant.
func (f *signFlags) call(method, path string, now time.Time) (exchanges.Call, error) {
	c := exchanges.Call{Method: strings.ToUpper(method), Query: strings.TrimPrefix(f.query, "?"), Body: f.body, Nonce: f.nonce}
	more := ""
	if c.Path, more, _ = strings.Cut(path, "?"); more != "" {
		if c.Query != "" {
			return c, desk.Refuse("there is a query in the path and one in --query", "Give it once.")
		}
		c.Query = more
	}
	if exchanges.Clean(f.nonce) != f.nonce {
		return c, desk.Refuse("--nonce has characters that nobody can see", "Give the nonce that your program sent.")
	}
	var err error
	if c.At, err = readInstant(f.at, now); err != nil || f.bodyFile == "" {
		return c, err
	}
	if f.body != "" {
		return c, desk.Refuse("there is a --body and a --body-file", "Give the body once.")
	}
	c.Body, err = readWhole("--body-file", f.bodyFile, nil, maxSignedBody)
	return c, err
}

// theirs reads what is compared.
func (f *signFlags) theirs(stdin io.Reader) (string, error) {
	if f.compare == "" {
		return "", nil
	}
	text, err := readWhole("--compare", f.compare, stdin, maxCompared)
	if err == nil && strings.TrimSpace(text) == "" {
		return "", desk.Refuse("there is nothing to compare with", "Put what your program made into the file: the string that it signs, a signature, a header line, a query or a token.")
	}
	return text, err
}

// readWhole reads a file, or stdin for "-" if there is one, and no more than
// most bytes.
func readWhole(flag, path string, stdin io.Reader, most int64) (string, error) {
	from := stdin
	if path != "-" || stdin == nil {
		file, err := os.Open(path)
		if err != nil {
			return "", desk.Refuse(flag+" cannot be read: "+err.Error(), "Name a file that you may read.")
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	raw, err := io.ReadAll(io.LimitReader(from, most+1))
	switch {
	case err != nil:
		return "", desk.Refuse(flag+" cannot be read: "+err.Error(), "Name a file that you may read.")
	case int64(len(raw)) > most:
		return "", desk.Refuse(fmt.Sprintf("%s holds more than %d KiB", flag, most>>10), "Give the one text that is meant.")
	}
	return string(raw), nil
}

// readInstant reads a moment in the ways in which programs write timestamps; an
// empty text is now. The unit of a number is told by its digits.
func readInstant(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch digits := len(text); {
	case err != nil || n < 0:
	case digits <= 11: // seconds reach the year 5138
		return time.Unix(n, 0), nil
	case digits <= 14:
		return time.UnixMilli(n), nil
	case digits <= 17:
		return time.UnixMicro(n), nil
	default:
		return time.Unix(0, n), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return now, desk.Refuse(fmt.Sprintf("--at cannot be %q", exchanges.Clean(text)), "Use 2026-11-01T15:00:00Z, or the number that your program sent: Unix time in s, ms, µs or ns.")
}
