// SPDX-License-Identifier: Apache-2.0
// Directories of files, through the plugin: which file a path means, and the form in which it is sent.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "response.hpp"
#include "support/temp_dir.hpp"
#include "test_site.hpp"

namespace junctor::http {
namespace {

struct Folder {
  Folder() {
    std::filesystem::create_directories(dir.file("web/assets"));
    dir.write("web/index.html", "<h1>hi</h1>");
    dir.write("web/assets/app.js", "let a = 1;");
    dir.write("web/assets/app.js.br", "BR");
    dir.write("web/assets/app.js.gz", "GZIP");
    dir.write("web/.secret", "no");
    dir.write("outside", "no");
    ::symlink(dir.file("outside").c_str(), dir.file("web/out").c_str());
    ::symlink("index.html", dir.file("web/in").c_str());
    ::mkfifo(dir.file("web/pipe").c_str(), 0600);
  }
  std::function<void(Server&)> wiring(const std::string& prefix, DirectoryOptions options = {}) {
    return [this, prefix, options](Server& server) { server.directory(prefix, dir.file("web"), options); };
  }
  TempDir dir;
};

TEST_CASE("a path is a file, an index, or nothing") {
  Folder folder;
  HttpSite site{folder.wiring("/console")};
  const std::string index = site.ask(get("/console/"));
  CHECK(body_of(index) == "<h1>hi</h1>");
  CHECK(has(index, "Content-Type: text/html; charset=utf-8"));
  CHECK(has(index, "Cache-Control: no-cache"));
  CHECK(has(index, "X-Content-Type-Options: nosniff"));
  CHECK(body_of(site.ask(get("/console/in"))) == "<h1>hi</h1>");
  const std::string bare = site.ask(get("/console"));
  CHECK(status_of(bare) == 301);
  CHECK(has(bare, "Location: /console/"));
  CHECK(has(site.ask(get("/console/assets")), "Location: /console/assets/"));
  for (const char* none : {"/console/none", "/console/.secret", "/console/out", "/console/pipe", "/console/assets/",
                           "/console//index.html", "/console/%2e%2e/outside", "/console/%00", "/console/a%5Cb",
                           "/console/index.html/x", "/console/%zz"}) {
    const uint32_t status = status_of(site.ask(get(none)));
    CHECK_MESSAGE((status == 404 || status == 400), std::string{none});
  }
  CHECK(status_of(site.ask(post("/console/", "x"))) == 405);
}

TEST_CASE("an application's own paths get its page; what never changes may be kept") {
  Folder folder;
  HttpSite site{folder.wiring("/", {.fallback = "index.html",
                                    .immutable = "assets/",
                                    .headers = {{"Content-Security-Policy", "default-src 'self'"}}})};
  CHECK(body_of(site.ask(get("/devices/7"))) == "<h1>hi</h1>");
  const std::string script = site.ask(get("/assets/app.js"));
  CHECK(has(script, "Cache-Control: public, max-age=31536000, immutable"));
  CHECK(has(script, "Content-Security-Policy: default-src 'self'"));
}

TEST_CASE("what a build has compressed is sent to whom can read it") {
  Folder folder;
  HttpSite site{folder.wiring("/")};
  const std::string brotli = site.ask(get("/assets/app.js", "Accept-Encoding: gzip, br\r\n"));
  CHECK(body_of(brotli) == "BR");
  CHECK(has(brotli, "Content-Encoding: br"));
  CHECK(has(brotli, "Vary: Accept-Encoding"));
  CHECK(has(brotli, "Content-Type: text/javascript; charset=utf-8"));
  CHECK(body_of(site.ask(get("/assets/app.js", "Accept-Encoding: gzip\r\n"))) == "GZIP");
  CHECK(body_of(site.ask(get("/assets/app.js"))) == "let a = 1;");
}

TEST_CASE("conditions and ranges") {
  Folder folder;
  HttpSite site{folder.wiring("/")};
  const std::string whole = site.ask(get("/index.html"));
  const auto value = [&](const std::string& name) {
    const size_t at = whole.find("\r\n" + name + ": ") + name.size() + 4;
    return whole.substr(at, whole.find("\r\n", at) - at);
  };
  CHECK(status_of(site.ask(get("/index.html", "If-None-Match: " + value("ETag") + "\r\n"))) == 304);
  CHECK(status_of(site.ask(get("/index.html", "If-None-Match: \"x\"\r\n"))) == 200);
  CHECK(status_of(site.ask(get("/index.html", "If-Modified-Since: " + value("Last-Modified") + "\r\n"))) == 304);
  const std::string part = site.ask(get("/index.html", "Range: bytes=4-5\r\n"));
  CHECK(status_of(part) == 206);
  CHECK(body_of(part) == "hi");
  CHECK(has(part, "Content-Range: bytes 4-5/11"));
  CHECK(status_of(site.ask(get("/index.html", "Range: bytes=11-\r\n"))) == 416);
  CHECK(status_of(site.ask(get("/index.html", "Range: bytes=4-5\r\nIf-Range: \"x\"\r\n"))) == 200);
  CHECK(status_of(site.ask(get("/index.html", "Range: bytes=0-1,4-5\r\n"))) == 200);
  const std::string head = site.ask("HEAD /index.html HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(head, "Content-Length: 11"));
  CHECK(body_of(head).empty());
}

TEST_CASE("ranges by their texts") {
  using Range = std::pair<uint64_t, uint64_t>;
  CHECK(read_range("bytes=0-99", 10) == Range{0, 10});
  CHECK(read_range("bytes=-3", 10) == Range{7, 3});
  CHECK(read_range("bytes=-30", 10) == Range{0, 10});
  CHECK(read_range("bytes=3-", 10) == Range{3, 7});
  CHECK(read_range("bytes=10-", 10) == Range{0, 0});
  CHECK(read_range("bytes=-0", 10) == Range{10, 0});
  for (const char* bad : {"bytes=5-4", "bytes=", "bytes=a-b", "bits=0-1", "bytes=0-1,2-3", "bytes=1", "bytes=--1"}) {
    CHECK_MESSAGE(!read_range(bad, 10), std::string{bad});
  }
}

TEST_CASE("a large file goes out piece by piece, as its reader takes it") {
  Folder folder;
  std::string large(3'000'000, 'x');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i * 7 % 26);
  folder.dir.write("web/large.bin", large);
  HttpSite site{folder.wiring("/"), {{"stream_buffer", "300KiB"}}};
  CHECK(body_of(site.ask(get("/large.bin"))) == large);
  FakeStream client = site.connect();
  client.set_high_mark(100'000);
  client.stall();
  client.deliver(get("/large.bin") + get("/index.html"));
  site.host.run_until_idle();
  CHECK(client.state()->queued.size() <= 100'000);
  for (int i = 0; i < 200 && client.sent().size() < large.size(); ++i) {
    client.unstall();
    site.host.run_until_idle();
    client.stall();
  }
  client.unstall();
  site.host.run_until_idle();
  CHECK(client.sent().find(large) != std::string::npos);
  CHECK(client.sent().substr(client.sent().size() - 11) == "<h1>hi</h1>");
  const std::string head = site.ask("HEAD /large.bin HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(has(head, "Content-Length: 3000000"));
  CHECK(body_of(head).empty());
}

}  // namespace
}  // namespace junctor::http
