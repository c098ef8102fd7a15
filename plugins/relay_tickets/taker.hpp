// SPDX-License-Identifier: Apache-2.0
// Takes issuers' tickets for the relay of this host. Lives on the home loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "counters.hpp"
#include "inbound.hpp"
#include "junctor/net.hpp"
#include "junctor/services.hpp"
#include "options.hpp"
#include "seen.hpp"
#include "wire/address.hpp"

namespace junctor::relay_tickets {

class Taker {
 public:
  /// What the caller gives outlives this.
  Taker(const Host& host, const wire::SigningKeys& own, Counters& counters, Service<jct_relay_service> relay,
        TakerSettings settings);

  void accept(Stream stream, const jct_conn_info& info);
  /// Connections of issuers that are no longer listed end.
  void set(TakerSettings settings);
  /// Ends who does not prove itself in time, shows what is in use; call now and then.
  void tick();
  void close_all();

  struct Row {
    std::string issuer, peer;
    Duration since;
    uint64_t taken, refused;
  };
  std::vector<Row> rows() const;

 private:
  struct Line {
    Line(Taker& where, uint64_t number, Stream connection, const jct_addr& address);

    Taker& taker;
    const uint64_t id;
    Stream stream;
    const wire::Address peer;
    Inbound talk;
    Duration since;
    uint64_t taken = 0, refused = 0;
    bool counted = false;  // among the issuers
    bool leaving = false;
    Verdict complained = Verdict::kGood;  // the last refusal that the log has

    const Host& host() const { return taker.host_; }
    size_t on_data(std::string_view data) {
      if (!leaving) taker.heard(*this, data);
      return data.size();
    }
    void on_writable() {}
    void on_end() { taker.end(*this, "closed_by_issuer"); }
    void on_close(jct_status reason) { taker.closed(*this, reason); }
  };

  void heard(Line& line, std::string_view data);
  void welcomed(Line& line);
  Verdict take(Line& line, const wire::PublicKey& issuer, std::string_view signed_ticket);
  Verdict judge(const wire::PublicKey& issuer, std::string_view signed_ticket);
  void end(Line& line, const char* reason);
  void closed(Line& line, jct_status reason);
  void make_room();

  const Host& host_;
  const wire::SigningKeys& own_;
  Counters& counters_;
  Service<jct_relay_service> relay_;
  TakerSettings settings_;
  Seen seen_;
  Fill tickets_fill_, links_fill_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, std::unique_ptr<Line>> lines_;  // the oldest first
  size_t welcome_ = 0;
};

}  // namespace junctor::relay_tickets
