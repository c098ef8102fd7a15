// SPDX-License-Identifier: Apache-2.0
// The control socket: every word of the kernel, and clients that are hostile, many, slow or gone.
#include <doctest/doctest.h>

#include <Poco/JSON/Parser.h>
#include <sys/stat.h>

#include "site.hpp"

using namespace junctor::testing;

namespace {

struct Site {
  Site() : server{fixtures()} {
    add_probe(server);
    server.start();
  }
  LineClient client() const { return LineClient::local(server.control_path()); }
  Server server;
};

}  // namespace

TEST_CASE("every word of the kernel answers") {
  Site site;
  const auto status = site.server.ctl("status").object();
  CHECK(status->getValue<std::string>("state") == "running");
  CHECK(status->getValue<int>("workers") == 2);
  CHECK(status->getValue<int>("pid") == site.server.pid());
  CHECK(status->getArray("listening")->size() == 4);  // TCP and UDP, IPv4 and IPv6
  const auto probe = site.server.ctl("plugins").row("instance", "probe");
  CHECK(probe->getValue<std::string>("state") == "running");
  CHECK(probe->getValue<std::string>("version") == "0.1.0");
  const Answer config = site.server.ctl("config");
  CHECK(config.row("key", "greeting")->getValue<std::string>("value") == "hello");
  CHECK(config.row("key", "greeting")->getValue<std::string>("origin") == "default");
  CHECK(contains(config.row("key", "base_port")->getValue<std::string>("origin"), "etc/junctor.toml:2"));
  CHECK_FALSE(site.server.ctl("help").row("command", "drain").isNull());
  CHECK_FALSE(site.server.ctl("help").row("command", "probe").isNull());
  CHECK(site.server.ctl("reload").ok);
  CHECK(site.server.ctl("log", {"debug"}).object()->getValue<std::string>("level") == "debug");
  const Answer wrong = site.server.ctl("log", {"loud"});
  CHECK_FALSE(wrong.ok);
  CHECK(wrong.error == "expected error, warning, info or debug, got \"loud\"");
  CHECK(contains(site.server.ctl("dance").error, "unknown command \"dance\"; try help"));
  struct stat info {};
  REQUIRE(::stat(site.server.control_path().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0660);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("what is no request is answered with what was expected, and the connection goes on") {
  Site site;
  LineClient client = site.client();
  const std::string deep(60'000, '[');
  for (const std::string& line :
       {std::string{"hello"}, std::string{}, std::string{"[]"}, std::string{"{}"}, std::string{"7"},
        std::string{"{\"command\":7}"}, std::string{"{\"command\":{}}"}, std::string{"\xff\xfe\x00x", 4},
        std::string{R"({"command":"log","args":{}})"}, std::string{R"({"command":"log","args":[[]]})"}, deep}) {
    CAPTURE(line.substr(0, 40));
    const std::string answer = client.ask(line);
    CHECK(contains(answer, "{\"ok\":"));
    CHECK_FALSE(Poco::JSON::Parser{}.parse(answer).isEmpty());
  }
  for (const char* args : {"{}", "7", "[7]", R"(["a",[]])"}) {
    CHECK(contains(client.ask(R"({"command":"status","args":)" + std::string{args} + "}"), "\"ok\":false"));
  }
  CHECK(contains(client.ask(R"({"command":"help"})"), "\"ok\":true"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("an oversized request ends its connection and nobody else's") {
  Site site;
  LineClient other = site.client();
  LineClient client = site.client();
  try {
    client.send(std::string(200'000, 'x'));
  } catch (const std::runtime_error&) {
    // It need not hear all of it.
  }
  CHECK(contains(client.read_line().value_or(""), "longer than 65536 bytes"));
  CHECK(client.wait_end() != LineClient::End::kOpen);
  CHECK(contains(other.ask(R"({"command":"help"})"), "\"ok\":true"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a flood of empty lines is answered line by line") {
  Site site;
  LineClient client = site.client();
  client.send(std::string(60'000, '\n'));
  int answered = 0;
  while (answered < 60'000 && client.read_line()) ++answered;
  CHECK(answered == 60'000);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("requests may come in one piece, and the answers keep their order") {
  Site site;
  LineClient client = site.client();
  client.send("{\"command\":\"probe\"}\n{\"command\":\"log\"}\n{\"command\":\"nothing\"}\n");
  CHECK(contains(client.read_line().value_or(""), "greeting"));
  CHECK(contains(client.read_line().value_or(""), "level"));
  CHECK(contains(client.read_line().value_or(""), "unknown command"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("whoever asks and half-closes still gets the answer") {
  Site site;
  LineClient client = site.client();
  client.send("{\"command\":\"probe\"}\n");
  client.finish();
  CHECK(contains(client.read_line().value_or(""), "greeting"));
  CHECK(client.wait_end() == LineClient::End::kClosed);
  LineClient hasty = site.client();
  hasty.send("{\"command\":\"log\",\"args\":[\"debug\"]}\n");
  hasty.close();
  CHECK(eventually([&] { return site.server.ctl("log").object()->getValue<std::string>("level") == "debug"; }));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("more clients than there is room for are told so, and room is made by those who leave") {
  Site site;
  std::vector<LineClient> clients;
  for (int i = 0; i < 64; ++i) {
    clients.push_back(site.client());
    REQUIRE(contains(clients.back().ask(R"({"command":"log"})"), "\"ok\":true"));
  }
  LineClient late = site.client();
  CHECK(contains(late.read_line().value_or(""), "too many clients"));
  CHECK(late.wait_end() != LineClient::End::kOpen);
  clients.clear();
  CHECK(eventually([&] { return site.client().ask(R"({"command":"log"})").find("\"ok\":true") != std::string::npos; }));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("events are followed by several, one line each, until they leave") {
  Site site;
  LineClient first = site.client();
  LineClient second = site.client();
  CHECK(contains(first.ask(R"({"command":"events"})"), "\"ok\":true"));
  CHECK(contains(second.ask(R"({"command":"events"})"), "\"ok\":true"));
  site.server.reload();
  for (LineClient* client : {&first, &second}) {
    const std::string line = client->read_line().value_or("");
    CHECK(contains(line, "\"event\":\"config.reloaded\""));
    CHECK(Poco::JSON::Parser{}.parse(line).extract<Poco::JSON::Object::Ptr>()->getValue<std::string>("level") ==
          "info");
  }
  first.close();
  site.server.reload();
  CHECK(contains(second.read_line().value_or(""), "config.reloaded"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a follower that reads nothing holds up neither the server nor the others") {
  Site site;
  LineClient lazy = site.client();
  lazy.send("{\"command\":\"events\"}\n");
  LineClient busy = site.client();
  for (int i = 0; i < scaled(300); ++i) {
    site.server.conf("10-probe", "[probe]\nlabel = 7\n");
    CHECK(contains(busy.ask(R"({"command":"reload"})"), "\"ok\":false"));
  }
  CHECK(answers(site.server));
  CHECK(site.server.stop() == 0);
}
