// SPDX-License-Identifier: Apache-2.0
// The plugin's options, and what becomes of them. Constants and pure functions; any thread.
#pragma once

#include <vector>

#include "junctor/config.hpp"
#include "puncher.hpp"
#include "relay.hpp"

namespace junctor::holepunch {

constexpr auto kRelayName =
    opt::text("name", nullptr).help("what junctorctl and the log call it; without one: its address");
constexpr auto kRelayAddress = opt::text("address", nullptr)
                                   .required()
                                   .help("host:port of a relay, as clients are to dial it; without a port 21117");
constexpr auto kRelayAddressFor =
    opt::text("address_for", "")
        .list()
        .help("\"NETWORK = host:port\": clients in that network dial this instead; the first that fits");
constexpr auto kRelayCheckAddress =
    opt::text("check_address", nullptr)
        .help(
            "where this server checks the relay, if it cannot reach it by its address; setting it asks for the check");
constexpr auto kRelayWeight =
    opt::count("weight", "1").range(1, 1000).help("its share of the sessions, beside the other relays' weights");
constexpr auto kRelayDrain = opt::flag("drain", "false").help("no new sessions; those that run go on");
constexpr auto kRelayFields =
    options(kRelayName, kRelayAddress, kRelayAddressFor, kRelayCheckAddress, kRelayWeight, kRelayDrain);
constexpr auto kRelay = opt::records<kRelayFields>("relay").live().help(
    "the relays that clients are sent to; none: this host, by the address that the client used");
constexpr auto kHealth =
    opt::flag("health", "true").live().help("check whether relays work, and send nobody to one that does not");
constexpr auto kHealthInterval = opt::duration("health_interval", "10s")
                                     .range(100'000'000, 3'600'000'000'000)
                                     .live()
                                     .help("how often each relay is checked");
constexpr auto kHealthTimeout = opt::duration("health_timeout", "3s")
                                    .range(10'000'000, 60'000'000'000)
                                    .live()
                                    .help("how long a relay may take to join two connections");
constexpr auto kAlwaysRelay = opt::flag("always_relay", "false").live().help("no direct connections between sites");
constexpr auto kLan =
    opt::network("lan", "").list().live().help("peers in these networks meet by their local addresses");
constexpr auto kMaxPending =
    opt::count("max_pending", "100000").range(1, 1 << 24).live().help("requests that wait for B's answer at once");
constexpr auto kAnswerTimeout = opt::duration("answer_timeout", "30s")
                                    .range(1'000'000'000, 600'000'000'000)
                                    .live()
                                    .help("how long a request waits for B's answer");
constexpr auto kForeignWait =
    opt::duration("foreign_answer_wait", "1s")
        .range(0, 60'000'000'000)
        .live()
        .help("how long an answer that comes from another address than B's waits for one from B's own");
constexpr const char* kUnaskedChoices[] = {"limit", "refuse", nullptr};
constexpr auto kUnaskedRelay =
    opt::choice("unasked_relay", "limit", kUnaskedChoices)
        .live()
        .help("a RequestRelay without a PunchHoleRequest in the last 2 minutes: at a limited rate, or never");
constexpr auto kUnaskedRate =
    opt::count("unasked_relay_rate", "20").range(1, 1 << 20).live().help("how many such a second, in all");
constexpr auto kMaxGrants = opt::count("max_grants", "100000")
                                .range(1, 1 << 24)
                                .live()
                                .help("accepted PunchHoleRequests that are remembered for RequestRelay");
constexpr auto kMaxSigned = opt::count("max_signed", "10000")
                                .range(0, 1 << 24)
                                .live()
                                .help("signed ids that are kept, so that a device asked for again costs no signature");
constexpr auto kAuthTimeout =
    opt::duration("auth_timeout", "5s").range(1'000'000, 60'000'000'000).help("silence of an auth/1 provider is a no");

constexpr auto kLearnedFor = opt::duration("learned_for", "6h")
                                 .range(0, 30LL * 24 * 3600 * 1'000'000'000)
                                 .live()
                                 .help(
                                     "how long two addresses between which TCP punching failed are sent to the relay "
                                     "at once; 0: never");
constexpr auto kLearnedAfter =
    opt::duration("learned_after", "5s")
        .range(0, 30'000'000'000)
        .live()
        .help(
            "a punch has failed where the client asks for the relay so long after B's answer; sooner it lost no time");
constexpr auto kLearnedRetry = opt::duration("learned_retry", "1h")
                                   .range(0, 30LL * 24 * 3600 * 1'000'000'000)
                                   .live()
                                   .help(
                                       "how often such a pair is punched all the same, and forgotten where that gets "
                                       "through; 0: never");
constexpr auto kMaxLearned =
    opt::count("max_learned", "10000").range(1, 1 << 24).live().help("such pairs of addresses at once");

constexpr auto kRequestsPerAddress = opt::count("limit_requests_per_address", "6000")
                                         .live()
                                         .help(
                                             "requests of one client address (IPv4, or a /64 of IPv6) a minute; 0: "
                                             "no limit");
constexpr auto kRequestsPerId = opt::count("limit_requests_per_id", "600")
                                    .live()
                                    .help("requests for one id a minute, of those with the site's key; 0: no limit");
constexpr auto kRequests = opt::count("limit_requests", "600000").live().help("requests in all a minute; 0: no limit");
constexpr auto kPushesPerAddress =
    opt::count("limit_pushes_per_address", "6000")
        .live()
        .help("messages a minute to one address, however many ids are registered there; 0: no limit");
constexpr auto kLostAnswers =
    opt::count("limit_lost_answers", "60")
        .live()
        .help(
            "answers of one address a minute to what nobody has asked; beyond them it is cut off and heard only where "
            "it is B's own address; 0: no limit");
constexpr auto kLimitExempt = opt::network("limit_exempt", "").list().live().help("addresses that no limit_ counts");

Puncher::Bounds bounds_of(const Config& config);

/// All of Policy but its relays.
Policy policy_of(const Config& config);

/// The relays that are configured, else the one of this host; those of `before` that go on keep what is known of them.
/// `relay_here`: this server runs one itself. Throws Error with a text for the operator.
std::vector<RelayPtr> relays_of(const Config& config, const std::vector<RelayPtr>& before, bool relay_here);

}  // namespace junctor::holepunch
