// SPDX-License-Identifier: Apache-2.0
// Judgements of keys, punching and the online query.
#include "tools/doctor/diagnosis.hpp"
#include "tools/doctor/words.hpp"

namespace junctor::tools::doctor {
namespace {

using What = Said::What;

constexpr const char* kNobodyAnswers =
    "The server takes the request and says nothing. On Junctor: is the holepunch plugin on (conf.d/*holepunch.toml)? "
    "junctorctl plugins shows its state.";

std::string said_words(const Said& said) {
  switch (said.what) {
    case What::kNothing:
      return said.text.empty() ? "no answer" : said.text;
    case What::kUnknownId:
      return "the server does not know the id";
    case What::kOffline:
      return "the server holds the device for offline";
    case What::kWrongKey:
      return "the server refuses the key";
    case What::kText:
      return "the server says: " + said.text;
    case What::kFound:
      break;
  }
  return "the server found the device";
}

std::string said_hint(const Said& said) {
  switch (said.what) {
    case What::kNothing:
      return kNobodyAnswers;
    case What::kUnknownId:
    case What::kOffline:
      return "The device was registered seconds ago. Either two servers answer behind one name, or the server's clock "
             "or "
             "storage is at fault: look for the id in junctorctl peers ID and in the log.";
    case What::kWrongKey:
      return "See the check named key.";
    default:
      break;
  }
  return "The server's log has the refusal and its reason.";
}

Check key_not_given(const KeySeen& seen) {
  if (seen.given.what == What::kWrongKey) {
    return skipped(name::kKey, "the site demands a key and none was given (--key KEY); that it does is right");
  }
  return warning(
      name::kKey, "the site takes requests without any key",
      "Anybody who knows its address can use it. To demand the key set [auth_key] key = \"-\" and give the key "
      "to every client.");
}

std::string push_failure_hint(const char* check) {
  if (check == std::string_view{name::kPunch}) {
    return "The request was taken, but the server's message to the device got lost on UDP: a NAT or firewall in front "
           "of "
           "the device (here: this machine) forgets its way too soon, or the server sends from another address than it "
           "is reached by.";
  }
  return "The request was taken, but nothing came down the device's TCP connection: see the server's log.";
}

bool bit(const std::string& states, size_t i) {
  return i / 8 < states.size() && ((static_cast<unsigned char>(states[i / 8]) >> (7 - i % 8)) & 1U) != 0;
}

}  // namespace

Check diagnose_key(const Target& target, const KeySeen& seen) {
  if (seen.given.what == What::kNothing) {
    return timed(failed(name::kKey, "a request to connect is not answered: " + said_words(seen.given), kNobodyAnswers),
                 seen.took);
  }
  if (target.key.empty()) return timed(key_not_given(seen), seen.took);
  if (seen.given.what == What::kWrongKey) {
    return timed(
        failed(name::kKey, "Key mismatch: the server refuses the key that was given",
               "Clients with this key cannot connect. Take the text of the server's id_ed25519.pub (junctorctl "
               "invite HOST prints it) into \"Key\", without blanks."),
        seen.took);
  }
  if (seen.given.what != What::kUnknownId) {
    return timed(warning(name::kKey, "an id that nobody has was expected to be unknown, but " + said_words(seen.given),
                         said_hint(seen.given)),
                 seen.took);
  }
  if (seen.wrong.what != What::kWrongKey) {
    return timed(
        warning(name::kKey, "the key is not checked: a wrong one is taken as well",
                "Anybody who knows the server's address can use it. On Junctor set [auth_key] key = \"-\"; on a "
                "stock server start hbbs and hbbr with -k _."),
        seen.took);
  }
  return timed(ok(name::kKey, "the right key is taken, a wrong one refused, an unknown id called unknown"), seen.took);
}

Check diagnose_punch(const char* name, const PunchSeen& seen) {
  if (!seen.error.empty()) return failed(name, seen.error, "The connection to the server broke: see its log.");
  if (!seen.pushed) {
    if (seen.said.what != What::kNothing) return failed(name, said_words(seen.said), said_hint(seen.said));
    return timed(failed(name, "the device is asked for, but hears nothing of it", push_failure_hint(name)), seen.took);
  }
  if (seen.said.what != What::kFound) {
    return timed(
        failed(name, "the device answered, but the answer does not reach the asking side: " + said_words(seen.said),
               "Answers pass only from the device's own address: a NAT with several public addresses delays them "
               "by a second. If none comes at all, see holepunch.refused in the server's log."),
        seen.took);
  }
  if (seen.id == Signature::kForeign) {
    return timed(failed(name, "the device's id is not signed by the key that was given",
                        "Clients refuse such a session (\"Key mismatch\"): give them the text of the server's "
                        "id_ed25519.pub, or restore its old pair."),
                 seen.took);
  }
  if (seen.id == Signature::kNone) {
    return timed(
        warning(name, "answered, but without a signed id",
                "Sessions to devices of this server cannot be verified end to end: the server has no key pair, or "
                "does not hold the device's key."),
        seen.took);
  }
  const std::string checked = seen.id == Signature::kGenuine ? "id signed by the site's key" : "signature not checked";
  const std::string way = seen.is_local ? "as neighbours behind one address" : "by punching";
  return timed(ok(name, "told to meet " + way + " (pushed in " + std::to_string(seen.push_took.count()) + " ms), " +
                            checked + "; this machine is seen as " + seen.a_seen.text()),
               seen.took);
}

Check diagnose_relay_request(const RelayRequestSeen& seen) {
  if (!seen.error.empty()) {
    return failed(name::kRelayRequest, seen.error, "The connection to the server broke: see its log.");
  }
  if (!seen.refused.empty()) {
    return timed(
        failed(name::kRelayRequest, "the server refuses to ask the device for a relayed session: " + seen.refused,
               "The server's log has the refusal and its reason."),
        seen.took);
  }
  if (!seen.pushed) {
    return timed(failed(name::kRelayRequest, "the device does not hear that it shall use the relay", kNobodyAnswers),
                 seen.took);
  }
  if (!seen.answered) {
    return timed(failed(name::kRelayRequest, "the device's go-ahead does not reach the asking side",
                        "Clients wait 54 s in vain and give up: see holepunch.refused in the server's log."),
                 seen.took);
  }
  return timed(ok(name::kRelayRequest, "a relayed session is asked for and agreed on"), seen.took);
}

Check diagnose_online(const OnlineSeen& seen) {
  if (!seen.at_p_minus_1 && !seen.at_p) {
    return timed(failed(name::kOnline, "the question who is online is not answered",
                        "Address books and recent sessions will show nobody as online."),
                 seen.took);
  }
  const std::string& states = seen.at_p_minus_1 ? *seen.at_p_minus_1 : *seen.at_p;
  for (size_t i = 0; i < seen.online.size(); ++i) {
    if (bit(states, i)) continue;
    return timed(failed(name::kOnline, seen.online[i] + " is registered, but called offline",
                        "The answer comes from a server that does not know the device: do two run behind one name?"),
                 seen.took);
  }
  if (bit(states, seen.online.size())) {
    return timed(failed(name::kOnline, "an id that nobody has is called online", "See the server's log."), seen.took);
  }
  const std::string where = !seen.at_p           ? "answered on P-1 (not on P, as stock servers do not)"
                            : !seen.at_p_minus_1 ? "answered on P, not on P-1"
                                                 : "answered on P-1 and P";
  const std::string what = seen.online.empty() ? "" : ": registered devices are online, an unknown one is not";
  return timed(ok(name::kOnline, where + what), seen.took);
}

}  // namespace junctor::tools::doctor
