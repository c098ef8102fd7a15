// SPDX-License-Identifier: Apache-2.0
// Judgements of registration, NAT tests and encryption.
#include "tools/doctor/diagnosis.hpp"
#include "tools/doctor/words.hpp"

namespace junctor::tools::doctor {
namespace {

constexpr const char* kNeedsTcp =
    "Clients behind a firewall that blocks UDP, behind a proxy, or logged in to an account cannot use this server. "
    "Junctor "
    "serves them.";

Check no_udp_answer(const Target& target, const RegistrationSeen& seen, bool tcp_works) {
  const std::string port = std::to_string(target.port());
  if (seen.refused) {
    return failed(name::kUdp, "nothing listens on UDP port " + port,
                  "The host refuses datagrams there. On the server: ss -lnu | grep " + port +
                      ". A container must publish the port as UDP too (" + port + ":" + port + "/udp).");
  }
  if (!tcp_works) {
    return failed(name::kUdp, "no answer on UDP port " + port, "TCP does not work either: see tcp_signalling first.");
  }
  return failed(
      name::kUdp, "UDP is blocked: no answer on UDP port " + port + ", while TCP works",
      "Open UDP port " + port +
          " in the server's firewall, in its provider's, and in the port forward or container (TCP alone is not "
          "enough). If other networks get an answer, the network that you are in blocks UDP: clients in it need "
          "\"use WebSocket\" or UDP switched off, and a server that registers over TCP.");
}

}  // namespace

Check diagnose_registration(const Target& target, const RegistrationSeen& seen, bool tcp_works) {
  if (!seen.error.empty()) {
    return failed(name::kUdp, seen.error, "This machine cannot send it: look at its own network and firewall.");
  }
  if (!seen.result) return timed(no_udp_answer(target, seen, tcp_works), seen.took);
  const Reason reason = registration_reason(*seen.result);
  Check check{name::kUdp, reason.result, seen.took.count(), reason.detail, reason.hint};
  if (reason.result == Result::kOk && seen.wants_key_again) {
    check.result = Result::kWarning;
    check.detail = "registered, but the next heartbeat was not recognised";
    check.hint =
        "The server has seen this machine under two addresses within seconds (a carrier's NAT with several, or a load "
        "balancer), or it runs twice behind one name. Devices will seem to go offline and come back.";
  }
  return check;
}

Check diagnose_nat(const NatSeen& seen) {
  const std::string site = seen.configured.empty() ? "" : "; the site names these servers: " + seen.configured;
  if (seen.at_p == 0 || seen.at_p_minus_1 == 0) {
    const std::string where = seen.at_p == 0 ? "P" : "P-1";
    return failed(
        name::kNat, "the NAT test on " + where + " is not answered",
        "Something accepts the connection but does not speak the protocol: another program, or a proxy or port "
        "forward to the wrong port.");
  }
  const std::string local = std::to_string(seen.local);
  if (seen.at_p != seen.at_p_minus_1) {
    return timed(
        warning(name::kNat,
                "the NAT here gives each destination another port (" + local + " became " + std::to_string(seen.at_p) +
                    " and " + std::to_string(seen.at_p_minus_1) + "): type symmetric" + site,
                "A matter of the network that you are in, not of the server: direct TCP connections to clients "
                "here will hardly work, the relay is used."),
        seen.took);
  }
  if (seen.at_p == seen.local) {
    return timed(ok(name::kNat, "port " + local + " is seen as it is: no NAT, or one that keeps ports" + site),
                 seen.took);
  }
  return timed(ok(name::kNat, "the NAT here makes port " + local + " to " + std::to_string(seen.at_p) +
                                  " for both destinations: type asymmetric, direct connections are possible" + site),
               seen.took);
}

Check diagnose_udp_nat(const UdpNatSeen& seen) {
  if (seen.seen == 0) {
    return warning(
        name::kUdpNat, "the NAT test over UDP is not answered",
        "Stock servers do not answer it, so clients never punch over UDP there and are relayed more often than "
        "need be. Junctor answers.");
  }
  const std::string local = std::to_string(seen.local);
  const std::string detail = seen.seen == seen.local ? "UDP port " + local + " is seen as it is"
                                                     : "UDP port " + local + " is seen as " + std::to_string(seen.seen);
  return timed(ok(name::kUdpNat, detail), seen.took);
}

Check diagnose_encryption(const EncryptionSeen& seen) {
  if (!seen.error.empty()) {
    return failed(name::kEncryption, seen.error,
                  "The connection broke while keys were exchanged: see the server's log.");
  }
  switch (seen.offer) {
    case Signature::kNone:
      return timed(warning(name::kEncryption, "the server offers no encryption (KeyExchange), as stock servers do not",
                           std::string{kNeedsTcp} + " On Junctor: the site has a public key only, see [auth_key] key."),
                   seen.took);
    case Signature::kUnchecked:
      return timed(ok(name::kEncryption, "offered; who signed it was not checked (no --key)"), seen.took);
    case Signature::kForeign:
      return timed(
          failed(name::kEncryption, "Key mismatch: the server's offer is not signed by the key that was given",
                 "The key here and in the clients must be the one of the server's id_ed25519.pub (junctorctl "
                 "invite HOST prints it). If it is, another server answers under this name, or the server has made "
                 "a new pair: restore the old id_ed25519 and id_ed25519.pub."),
          seen.took);
    case Signature::kGenuine:
      break;
  }
  if (!seen.answered) {
    return timed(
        failed(name::kEncryption, "the offer is genuine, but an encrypted message is not answered",
               "Something between here and the server changes the bytes, or the server's version has a fault."),
        seen.took);
  }
  return timed(ok(name::kEncryption, "offered, signed by the site's key, and messages pass"), seen.took);
}

Check diagnose_http(const HttpSeen& seen) {
  if (seen.status) {
    return timed(ok(name::kHttp, "answered at once (status " + std::to_string(*seen.status) + ")"), seen.took);
  }
  return timed(warning(name::kHttp, "API calls over signalling are not answered",
                       "Clients without an API server wait for each of their calls (every 15 s) in vain; nothing else "
                       "suffers."),
               seen.took);
}

Check diagnose_tcp_registration(const TcpRegistrationSeen& seen) {
  if (!seen.result) {
    const std::string why = seen.error.empty() ? "RegisterPk over TCP is not answered" : seen.error;
    return timed(failed(name::kTcpRegistration, why, kNeedsTcp), seen.took);
  }
  Reason reason = registration_reason(*seen.result);
  if (*seen.result == hbb::RegisterPkResponse::NOT_SUPPORT) reason.hint = kNeedsTcp;
  Check check{name::kTcpRegistration, reason.result, seen.took.count(), reason.detail, reason.hint};
  if (reason.result != Result::kOk) return check;
  check.detail += ", keep-alive " + std::to_string(seen.keep_alive_s) + " s";
  if (seen.heartbeat) {
    check.detail += ", heartbeat answered in " + std::to_string(seen.heartbeat->count()) + " ms";
    return check;
  }
  check.result = Result::kFailed;
  check.detail += ", but a heartbeat is not answered";
  check.hint = "Clients will take the connection for dead and connect again and again: does a proxy stand in between?";
  return check;
}

}  // namespace junctor::tools::doctor
