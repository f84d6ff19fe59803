package sim

import (
	"time"
)

var htxOTP = pattern(`^[0-9]{6}$`)

// oneTime checks the code of the parent's authenticator. It was mandatory at
// first and is optional now: asked for, here, where the parent has one. A code
// that nobody asks for still has to look like one.
func (v *htx) oneTime(code string) *htxRefusal {
	asked := v.factor != nil || code != ""
	if asked && !htxOTP().MatchString(code) || v.factor.confirm(code, v.now()) != nil {
		return htxField("otpToken")
	}
	return nil
}

// htxCreateKey makes a key. The answer is the only one that has the secret. The
// code is looked at last, so that a mistake elsewhere does not use it up.
func htxCreateKey(v *htx, f htxForm) (any, *htxRefusal) {
	for name, value := range map[string]*string{"note": f.Note, "permission": f.Permission} {
		if value == nil {
			return nil, htxField(name)
		}
	}
	if f.IPAddresses == nil {
		f.IPAddresses = new(string)
	}
	key := entry{Sub: f.SubUID.String()}
	if refusal := f.change(&key, v.now()); refusal != nil {
		return nil, refusal
	}
	if len(v.ofSub(key.Sub)) >= htxMostKeys {
		return nil, &htxRefusal{code: 2014, message: "number of api key in the request exceeded valid range"}
	}
	if refusal := v.oneTime(f.OTPToken); refusal != nil {
		return nil, refusal
	}
	made := v.issueNew(wanted{
		Label: key.Label, Sub: key.Sub, Words: key.Words, Permissions: key.Permissions, IPs: key.IPs, Expires: key.Expires,
	}, v.now())
	return joined(htxSettings(made), jsonOf(`{"accessKey":?,"secretKey":?}`, made.ID, made.Secret)), nil
}

// change does to a key what a form says; what it leaves out stays as it is,
// which is assumed of the real exchange. A form with a mistake changes nothing.
func (f htxForm) change(key *entry, now time.Time) *htxRefusal {
	changed := *key
	var refusals [3]*htxRefusal
	if f.Note != nil {
		changed.Label, refusals[0] = f.note()
	}
	if f.Permission != nil {
		changed.Words, refusals[1] = f.words()
		changed.Permissions = htxNormal(changed.Words)
	}
	if f.IPAddresses != nil {
		changed.IPs, refusals[2] = f.ips()
		changed.Expires = endOfOpen(changed.IPs, key.Expires, now, htxOpenLife)
	}
	for _, refusal := range refusals {
		if refusal != nil {
			return refusal
		}
	}
	*key = changed
	return nil
}

// target returns the key that a form names. What is answered where there is
// none is not documented.
func (v *htx) target(f htxForm) (*entry, *htxRefusal) {
	key, ok := v.listed(f.AccessKey)
	if !ok || key.Sub != f.SubUID.String() {
		return nil, htxField("accessKey")
	}
	return key, nil
}

func htxEditKey(v *htx, f htxForm) (any, *htxRefusal) {
	key, refusal := v.target(f)
	if refusal == nil {
		refusal = f.change(key, v.now())
	}
	if refusal != nil {
		return nil, refusal
	}
	v.changed[key] = v.now()
	return htxSettings(key), nil
}

func htxDeleteKey(v *htx, f htxForm) (any, *htxRefusal) {
	key, refusal := v.target(f)
	if refusal != nil {
		return nil, refusal
	}
	v.remove(key.ID, v.now())
	return nil, nil
}
