package store

import (
	"os"
	"path/filepath"
	"runtime"
)

// appFolder is the name of keyrota's folder inside the system's own ones.
const appFolder = "keyrota"

// Paths says where everything lies.
type Paths struct {
	Config string // config.toml: the person's, never written by keyrota
	Keys   string // keys.toml
	Audit  string // audit.log
	Lock   string // lock
	Flows  string // folder of unfinished flows

	Unmanaged string // unmanaged.toml
	Machine   string // machine.toml
}

// folders returns the distinct folders of p, outermost first.
func (p Paths) folders() []string {
	data, config := filepath.Dir(p.Keys), filepath.Dir(p.Config)
	if data == config {
		return []string{data, p.Flows}
	}
	return []string{config, data, p.Flows}
}

// Backup is the last good keys.toml before the present one.
func (p Paths) Backup() string { return p.Keys + ".bak" }

// FindPaths returns home's paths when it is set. Otherwise it follows the XDG
// base directory specification (config.toml under $XDG_CONFIG_HOME, the rest
// under $XDG_DATA_HOME, since losing keys.toml would hurt), and on macOS and
// Windows the system's own folder for settings.
func FindPaths(home string, getenv func(string) string) (Paths, error) {
	if home != "" {
		abs, err := filepath.Abs(home)
		if err != nil {
			return Paths{}, fileError("find", home, err)
		}
		return pathsIn(abs, abs), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return Paths{}, noHome(err)
		}
		dir = filepath.Join(dir, appFolder)
		return pathsIn(dir, dir), nil
	}
	config, err := xdgFolder(getenv, "XDG_CONFIG_HOME", ".config")
	if err != nil {
		return Paths{}, err
	}
	data, err := xdgFolder(getenv, "XDG_DATA_HOME", filepath.Join(".local", "share"))
	if err != nil {
		return Paths{}, err
	}
	return pathsIn(filepath.Join(config, appFolder), filepath.Join(data, appFolder)), nil
}

// xdgFolder returns the folder that the variable names. The specification
// wants relative paths to be ignored.
func xdgFolder(getenv func(string) string, variable, fallback string) (string, error) {
	if dir := getenv(variable); filepath.IsAbs(dir) {
		return dir, nil
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, fallback), nil
	}
	return "", noHome(os.ErrNotExist)
}

func noHome(err error) error {
	return &Error{Op: "find", Path: "a home folder", Err: err,
		Hint: "HOME is not set. Choose a folder with --home or KEYROTA_HOME."}
}

func pathsIn(config, data string) Paths {
	return Paths{
		Config: filepath.Join(config, "config.toml"),
		Keys:   filepath.Join(data, "keys.toml"),
		Audit:  filepath.Join(data, "audit.log"),
		Lock:   filepath.Join(data, "lock"),
		Flows:  filepath.Join(data, "flows"),

		Unmanaged: filepath.Join(data, "unmanaged.toml"),
		Machine:   filepath.Join(data, "machine.toml"),
	}
}
