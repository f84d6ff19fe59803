package themes

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// Backgrounds that people have: pure ones and those of common schemes.
var (
	darkGrounds  = []string{"#000000", "#1e1e2e", "#282c34", "#002b36", "#2e3440"}
	lightGrounds = []string{"#ffffff", "#fafafa", "#fdf6e3", "#eff1f5"}
)

// readable is the contrast that WCAG 2 asks of text (success criterion 1.4.3),
// enhanced that of its stricter level (1.4.6).
const (
	readable = 4.5
	enhanced = 7.0
)

// textTokens are the colours that words are written in.
func textTokens(t Theme) map[string]string {
	out := map[string]string{}
	for token, colour := range t.tokens() {
		switch token {
		case "border", "cursor_back":
		default:
			out[token] = *colour
		}
	}
	return out
}

func colouredThemes() []Theme {
	var out []Theme
	for _, name := range Names("") {
		if name != Mono {
			out = append(out, Builtin(name))
		}
	}
	return out
}

func TestTextIsReadableOnEveryGround(t *testing.T) {
	for _, theme := range colouredThemes() {
		grounds, least := lightGrounds, readable
		if theme.Dark {
			grounds = darkGrounds
		}
		if strings.HasPrefix(theme.Name, "high-contrast") {
			least = enhanced
		}
		for _, ground := range append([]string{theme.CursorBack}, grounds...) {
			for token, colour := range textTokens(theme) {
				if got := contrast(t, colour, ground); got < least {
					t.Errorf("%s: %s %s on %s has %.2f:1, want %.1f:1", theme.Name, token, colour, ground, got, least)
				}
			}
		}
	}
}

func TestCursorRowStandsOut(t *testing.T) {
	for _, theme := range colouredThemes() {
		ground := "#ffffff"
		if theme.Dark {
			ground = "#000000"
		}
		if got := contrast(t, theme.CursorBack, ground); got < 1.2 {
			t.Errorf("%s: cursor row on %s has %.2f:1", theme.Name, ground, got)
		}
	}
}

func TestBordersStayBehindText(t *testing.T) {
	for _, theme := range colouredThemes() {
		for _, ground := range map[bool][]string{true: darkGrounds, false: lightGrounds}[theme.Dark] {
			border, faint := contrast(t, theme.Border, ground), contrast(t, theme.Faint, ground)
			if border < 1.5 || border > faint {
				t.Errorf("%s: border on %s has %.2f:1, faint text %.2f:1", theme.Name, ground, border, faint)
			}
		}
	}
}

func TestMonoHasNoColours(t *testing.T) {
	theme := Builtin(Mono)
	for token, colour := range theme.tokens() {
		if *colour != "" {
			t.Errorf("mono: %s = %q", token, *colour)
		}
	}
}

// The three kinds of dichromacy, as matrices on linear RGB: protanopia and
// deuteranopia after Viénot, Brettel and Mollon (1999), tritanopia after
// Machado, Oliveira and Fernandes (2009).
var visions = map[string][3][3]float64{
	"usual":        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}},
	"deuteranopia": {{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// apart is a distance in CIE L*a*b* at which two words of different colour
// are told apart at a glance; 2.3 is what is just noticeable side by side.
const apart = 20

func TestColourBlindThemesKeepStatesApart(t *testing.T) {
	for _, name := range []string{"colour-blind", "colour-blind-light"} {
		theme := Builtin(name)
		states := map[string]string{"ok": theme.OK, "warning": theme.Warning, "danger": theme.Danger}
		for vision, m := range visions {
			for a, ca := range states {
				for b, cb := range states {
					if a < b {
						if d := distance(lab(see(m, linear(t, ca))), lab(see(m, linear(t, cb)))); d < apart {
							t.Errorf("%s, %s: %s and %s are %.1f apart, want %d", name, vision, a, b, d, apart)
						}
					}
				}
			}
		}
	}
}

// Live and testnet must not be taken for each other either.
func TestEnvironmentsAreApart(t *testing.T) {
	for _, theme := range colouredThemes() {
		for vision, m := range visions {
			if d := distance(lab(see(m, linear(t, theme.Live))), lab(see(m, linear(t, theme.Testnet)))); d < 15 {
				t.Errorf("%s, %s: live and testnet are %.1f apart", theme.Name, vision, d)
			}
		}
	}
}

type vec [3]float64

// linear returns the linear-light RGB of "#rrggbb" (IEC 61966-2-1).
func linear(t *testing.T, hex string) vec {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("%q is not #rrggbb", hex)
	}
	var v vec
	for i := range v {
		c := float64(n>>(16-8*i)&0xff) / 255
		if c <= 0.04045 {
			v[i] = c / 12.92
		} else {
			v[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return v
}

func luminance(v vec) float64 { return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2] }

// contrast is the ratio that WCAG 2 defines.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(linear(t, a)), luminance(linear(t, b))
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func see(m [3][3]float64, v vec) vec {
	var out vec
	for i := range out {
		for j := range v {
			out[i] += m[i][j] * v[j]
		}
		out[i] = max(0, min(1, out[i]))
	}
	return out
}

// lab converts linear sRGB to CIE L*a*b* for the D65 white.
func lab(v vec) vec {
	f := func(x float64) float64 {
		if x > 216.0/24389 {
			return math.Cbrt(x)
		}
		return (24389.0/27*x + 16) / 116
	}
	x := f((0.4124*v[0] + 0.3576*v[1] + 0.1805*v[2]) / 0.95047)
	y := f(luminance(v))
	z := f((0.0193*v[0] + 0.1192*v[1] + 0.9505*v[2]) / 1.08883)
	return vec{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func distance(a, b vec) float64 {
	return math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2])
}
