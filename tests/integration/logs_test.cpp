// SPDX-License-Identifier: Apache-2.0
// What the log looks like to those who read it: key=value or JSON, one line an event, to standard error or a file.
#include <doctest/doctest.h>

#include <Poco/JSON/Parser.h>

#include <sstream>

#include "site.hpp"

using namespace junctor::testing;

TEST_CASE("key=value lines begin with the time and name the event") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  CHECK(server.stop() == 0);
  std::istringstream lines{server.log()};
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CAPTURE(line);
    CHECK(line.substr(0, 2) == "20");
    CHECK(line.substr(19, 1) == ".");
    CHECK(contains(line, "Z level="));
    CHECK(contains(line, " event="));
  }
  CHECK(count >= 4);
  CHECK(contains(server.log(), "event=server.ready listening=\"tcp:0.0.0.0:" + std::to_string(server.port())));
}

TEST_CASE("JSON lines are JSON, one object a line") {
  Server server{fixtures("log_format = \"json\"\n")};
  add_probe(server);
  server.start();
  CHECK(server.stop() == 0);
  std::istringstream lines{server.log()};
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CAPTURE(line);
    const auto object = Poco::JSON::Parser{}.parse(line).extract<Poco::JSON::Object::Ptr>();
    CHECK(object->has("time"));
    CHECK(object->has("event"));
  }
  CHECK(count >= 4);
}

TEST_CASE("a log file lies under the data directory and is rotated at its size") {
  Server server{fixtures("log_file = \"junctord.log\"\nlog_rotate = \"2KiB\"\nlog_keep = 2\n")};
  add_probe(server);
  server.launch();
  const std::string file = server.data_dir() + "/junctord.log";
  REQUIRE(eventually([&] { return contains(read_file(file), "server.ready"); }));
  for (int i = 0; i < 60; ++i) server.reload();
  CHECK(server.stop() == 0);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{server.data_dir()}) {
    if (contains(entry.path().filename().string(), "junctord.log")) ++files;
  }
  CHECK(files == 3);  // the one that is written, and log_keep
  CHECK(server.log().empty());
}

TEST_CASE("the level keeps lesser lines out") {
  Server server{fixtures("log_level = \"error\"\n")};
  add_probe(server);
  server.launch();
  REQUIRE(eventually([&] { return answers(server); }));
  CHECK(server.stop() == 0);
  CHECK(server.log().empty());
}
