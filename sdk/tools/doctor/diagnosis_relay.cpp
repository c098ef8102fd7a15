// SPDX-License-Identifier: Apache-2.0
// Judgements of the relay.
#include <algorithm>
#include <cstdio>

#include "tools/doctor/diagnosis.hpp"
#include "tools/doctor/words.hpp"

namespace junctor::tools::doctor {
namespace {

constexpr double kSlowMbPerS = 1.0;  // a moving picture needs about as much

/// Bytes per microsecond are MB/s.
double rate(size_t bytes, Micros took) {
  return static_cast<double>(bytes) / static_cast<double>(std::max<Micros::rep>(took.count(), 1));
}

std::string with_tenths(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", number);
  return text;
}

const char* who(bool first) { return first ? "the asking side" : "the device"; }

std::string setting_hint(const RelayAddressSeen& seen) {
  if (!seen.handed_out) return "";
  return " The server hands this address out: on Junctor [[holepunch.relay]] address says which, on a stock server "
         "hbbs -r.";
}

/// What is wrong with one address; an ok Check where nothing is.
Check judge(const Address& server, const RelayAddressSeen& seen, bool first) {
  const std::string given = std::string{who(first)} + (seen.handed_out ? " is given " : " assumes ") + seen.text;
  if (seen.malformed) {
    return failed(name::kRelayAddress, given + ", which is no HOST:PORT", "Mend the address." + setting_hint(seen));
  }
  if (seen.name.addresses.empty()) {
    return failed(name::kRelayAddress, given + ", which does not resolve: " + seen.name.error,
                  "Sessions that cannot go directly fail at this name." + setting_hint(seen));
  }
  if (seen.port.error == 0) return timed(ok(name::kRelayAddress, given), seen.port.took);
  const bool inside = is_private(seen.port.address) && !is_private(server);
  const std::string hint =
      inside ? "That is a private address, which clients elsewhere cannot reach: the server sits behind "
               "a port forward and must be told its public name."
             : reach_hint(seen.port, "the relay");
  return timed(failed(name::kRelayAddress, "the relay cannot be reached: " + given + ", and " + reach_words(seen.port),
                      hint + setting_hint(seen)),
               seen.port.took);
}

std::string transfer_failure(const TransferSeen& seen) {
  if (seen.closed) return "the relay closes the connection";
  return "both sides are connected to the relay, but do not hear each other";
}

}  // namespace

Check diagnose_relay_address(const Address& server, const RelayAddressSeen& a, const RelayAddressSeen& b) {
  const Check first = judge(server, a, true);
  if (first.result != Result::kOk) return first;
  const Check second = judge(server, b, false);
  if (second.result != Result::kOk) return second;
  if (a.text == b.text && a.handed_out == b.handed_out) {
    return timed(ok(name::kRelayAddress, "both sides " + std::string{a.handed_out ? "are given " : "assume "} + a.text),
                 Millis{*first.ms});
  }
  return timed(ok(name::kRelayAddress, first.detail + ", " + second.detail), Millis{*first.ms});
}

Check diagnose_transfer(const Target& target, const TransferSeen& seen) {
  if (!seen.met && seen.closed && target.key.empty()) {
    return skipped(name::kTransfer, "the relay closes without a key; none was given (--key KEY)");
  }
  if (!seen.met) {
    const std::string hint =
        seen.closed ? "Most often the relay has another key than the one given: with two hosts, copy id_ed25519 and "
                      "id_ed25519.pub from the ID server to the relay. Else the relay is full or this address is "
                      "refused: see relay.refused in its log."
                    : "Do the two sides' addresses lead to the same relay, and is it the relay that listens there?";
    return timed(failed(name::kTransfer, transfer_failure(seen), hint), std::chrono::duration_cast<Millis>(seen.rtt));
  }
  const double there = rate(seen.a_to_b, seen.a_to_b_took);
  const double back = rate(seen.b_to_a, seen.b_to_a_took);
  const std::string rates = with_tenths(there) + " MB/s there, " + with_tenths(back) + " MB/s back, " +
                            with_tenths(static_cast<double>(seen.rtt.count()) / 1e3) + " ms for a round trip";
  const bool whole = seen.a_to_b == seen.wanted && seen.b_to_a == seen.wanted;
  if (!seen.intact || (!seen.error.empty() && !whole)) {
    return timed(failed(name::kTransfer, seen.intact ? seen.error : "bytes arrive changed",
                        "The relay, or something between here and it, breaks sessions: see relay.stop in its log."),
                 std::chrono::duration_cast<Millis>(seen.rtt));
  }
  if (!whole || there < kSlowMbPerS || back < kSlowMbPerS) {
    return timed(
        warning(name::kTransfer, "slow: " + rates,
                "Less than a picture needs: a rate set on the relay, or the line of either end. (Both sides ran "
                "here and shared this machine's line.)"),
        std::chrono::duration_cast<Millis>(seen.rtt));
  }
  return timed(ok(name::kTransfer, std::to_string(seen.wanted >> 20U) + " MiB each way: " + rates),
               std::chrono::duration_cast<Millis>(seen.rtt));
}

Check diagnose_relay_key(bool refused) {
  if (refused) return ok(name::kRelayKey, "the relay refuses a wrong key");
  return warning(
      name::kRelayKey, "the relay does not check the key",
      "Anybody may relay through it at the site's expense. On Junctor: enable auth_key beside the relay; on a "
      "stock relay: hbbr -k _.");
}

}  // namespace junctor::tools::doctor
