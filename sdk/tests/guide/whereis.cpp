// SPDX-License-Identifier: Apache-2.0
// The guide's second plugin: another's service, a command, a metric, a log line. sdk/README.md is cut from here.
#include <junctor/command_json.hpp>
#include <string>

#include "junctor/plugin.hpp"
#include "junctor/services.hpp"

class WhereIs {
 public:
  static constexpr auto kOptions = junctor::options();

  WhereIs(junctor::Host& host, const junctor::Config&)
      : host_{host}, peers_{host}, asked_{host.counter("asked", nullptr, "questions answered")} {
    host.command("whereis", "whether a device is online: whereis ID",
                 [this](std::string_view args, junctor::Reply reply) { ask(junctor::command::words(args), reply); });
  }
  void start() {}  // opens nothing of its own

 private:
  void ask(const std::vector<std::string>& words, junctor::Reply reply) {
    if (words.size() != 1) return reply.fail(JCT_E_ARG, junctor::command::error("expected `whereis ID`"));
    peers_.lookup(words[0], 0, [this, id = words[0], reply](jct_status status, const jct_peer* peer) {
      if (status != JCT_OK) return reply.fail(status, junctor::command::error("storage did not answer"));
      asked_.add();
      const bool online = peer->state == JCT_PEER_ONLINE;
      host_.info("whereis.asked", {{"id", id}, {"online", online}});
      Poco::JSON::Object answer;
      answer.set("online", online);
      reply.ok(junctor::command::text(answer));
    });
  }

  junctor::Host& host_;
  junctor::Peers peers_;
  junctor::Metric asked_;
};

JUNCTOR_PLUGIN(WhereIs, "whereis", "tells whether a device is online", needs("peers/1"))
