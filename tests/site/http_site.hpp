// SPDX-License-Identifier: Apache-2.0
// A real server with the http plugin and pages of the tests (fixtures/pages.cpp), and its clients. One thread.
#pragma once

#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/clients.hpp"
#include "support/server.hpp"

namespace junctor::site {

using testing::LineClient;
using testing::Millis;

struct Reply {
  int status = 0;
  std::string body;
  bool closes = false;  ///< `Connection: close` was said
};

inline std::string request_of(const std::string& path, const std::string& more = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: rd.example.org\r\n" + more + "\r\n";
}

/// The next whole answer with a length; nothing where it does not come.
inline std::optional<Reply> reply_of(LineClient& client, Millis patience = testing::kPatience) {
  const auto first = client.read_line(patience);
  if (!first || first->size() < 12 || first->compare(0, 9, "HTTP/1.1 ") != 0) return std::nullopt;
  Reply reply;
  reply.status = std::stoi(first->substr(9, 3));
  size_t length = 0;
  auto line = client.read_line(patience);
  for (; line && *line != "\r"; line = client.read_line(patience)) {
    if (line->compare(0, 16, "Content-Length: ") == 0) length = std::stoul(line->substr(16));
    if (*line == "Connection: close\r") reply.closes = true;
  }
  auto body = line ? client.read(length, patience) : std::nullopt;
  if (!body) return std::nullopt;
  reply.body = std::move(*body);
  return reply;
}

inline std::optional<Reply> ask(LineClient& client, const std::string& path) {
  if (!client.try_send(request_of(path))) return std::nullopt;
  return reply_of(client);
}

class HttpSite {
 public:
  /// `http`, `pages`: more lines of these tables.
  explicit HttpSite(const std::string& http = "", const std::string& pages = "", testing::ServerOptions options = {})
      : server_{with_plugins(std::move(options))} {
    server_.conf("10-http", "[http]\n" + http);
    server_.conf("20-pages", "[pages]\n" + pages);
  }

  testing::Server& server() { return server_; }
  const testing::TempDir& files() const { return plugins_; }
  LineClient connect(const std::string& from = "") const { return {"127.0.0.1", server_.port(-2), from}; }
  std::optional<LineClient> try_connect(const std::string& from = "") const {
    return LineClient::try_connect("127.0.0.1", server_.port(-2), from);
  }
  /// On a connection of its own; empty where it is not answered with 200.
  std::string word(const std::string& path = "/word") const {
    auto client = try_connect();
    const auto reply = client ? ask(*client, path) : std::nullopt;
    return reply && reply->status == 200 ? reply->body : "";
  }

  /// Refusals of the http plugin for this reason.
  int64_t refused(const std::string& reason) {
    const auto metrics = server_.ctl("status").object()->getArray("metrics");
    for (unsigned i = 0; i < metrics->size(); ++i) {
      const auto row = metrics->getObject(i);
      const bool ours = row->getValue<std::string>("instance") == "http" &&
                        row->getValue<std::string>("metric") == "refused" &&
                        row->getValue<std::string>("label") == "reason=" + reason;
      if (ours) return row->getValue<int64_t>("value");
    }
    throw std::runtime_error{"no refusal is counted as " + reason};
  }
  int64_t memory_kib() { return server_.ctl("status").object()->getValue<int64_t>("memory_kib"); }
  int64_t connections() { return server_.ctl("http").object()->getValue<int64_t>("connections"); }
  size_t descriptors() const {
    const std::filesystem::directory_iterator all{"/proc/" + std::to_string(server_.pid()) + "/fd"};
    return static_cast<size_t>(std::distance(begin(all), end(all)));
  }

 private:
  /// The shipped plugin and the tests' own, in one directory.
  testing::ServerOptions with_plugins(testing::ServerOptions options) const {
    for (const std::string& file :
         {std::string{JUNCTOR_TEST_PLUGINS} + "/http.so", std::string{JUNCTOR_TEST_FIXTURES} + "/pages.so"}) {
      std::filesystem::copy_file(file, plugins_.file(std::filesystem::path{file}.filename().string()));
    }
    options.plugin_dir = plugins_.path();
    return options;
  }

  testing::TempDir plugins_;
  testing::Server server_;
};

}  // namespace junctor::site
