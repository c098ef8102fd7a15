// SPDX-License-Identifier: Apache-2.0
// A plugin for the Autobahn suite alone: ws_bridge's own frame code, on a connection that http/1 has upgraded, sends
// each message back. That text is UTF-8 is looked at here: for the bridge it is bytes (protocol.md 2). PARALLEL.
#include <memory>
#include <string>

#include "junctor/http.hpp"
#include "junctor/plugin.hpp"
#include "utf8.hpp"
#include "ws_bridge/frame.hpp"
#include "ws_bridge/frame_reader.hpp"
#include "ws_bridge/upgrade.hpp"

namespace junctor::autobahn {
namespace {

using ws_bridge::FrameReader;
using ws_bridge::Opcode;
namespace close_code = ws_bridge::close_code;

constexpr uint64_t kMaxMessage = uint64_t{64} << 20;
constexpr size_t kPiece = size_t{64} << 10;

/// One client; it goes with its stream.
class Echo {
 public:
  Echo(const Host& host, Stream stream) : host_{host}, stream_{std::move(stream)} {}

  bool open() { return stream_.attach(*this) == JCT_OK; }
  const Host& host() const { return host_; }

  size_t on_data(std::string_view data) {
    std::string_view left = data;
    while (!over_ && take(left)) {
    }
    flush();
    return data.size();
  }
  void on_writable() { flush(); }
  void on_end() {
    over_ = true;
    flush();
  }
  void on_close(jct_status) { delete this; }

 private:
  /// False: all was taken.
  bool take(std::string_view& left) {
    switch (reader_.next(left, message_)) {
      case FrameReader::Status::kNeedMore:
        return false;
      case FrameReader::Status::kFrame:
        if (reader_.first()) {
          text_ = reader_.control() == Opcode::kText;
          utf8_ = {};
          message_.clear();
        }
        break;
      case FrameReader::Status::kPayload:
        check_text(false);
        break;
      case FrameReader::Status::kFrameEnd:
        check_text(reader_.last());
        if (reader_.last() && !over_) append_frame(text_ ? Opcode::kText : Opcode::kBinary, message_, out_);
        break;
      case FrameReader::Status::kControl:
        on_control();
        break;
      case FrameReader::Status::kError:
        end(reader_.error());
        break;
    }
    return !over_;
  }

  void check_text(bool whole) {
    if (!text_ || over_) return;
    utf8_.read(std::string_view{message_}.substr(utf8_.taken()));
    if (utf8_.broken() || (whole && !utf8_.complete())) end(close_code::kBadText);
  }

  void on_control() {
    const std::string_view payload = reader_.control_payload();
    if (reader_.control() == Opcode::kPing) append_frame(Opcode::kPong, payload, out_);
    if (reader_.control() != Opcode::kClose) return;
    const ws_bridge::CloseNote note = ws_bridge::read_close(payload);
    end(note.valid ? note.code : note.fault);
  }

  void end(uint16_t code) {
    ws_bridge::append_close(code, "", out_);
    over_ = true;
  }

  void flush() {
    while (sent_ < out_.size()) {
      const std::string_view piece = std::string_view{out_}.substr(sent_, kPiece);
      if (stream_.send(piece) != JCT_OK) return;
      sent_ += piece.size();
    }
    out_.clear();
    sent_ = 0;
    if (over_) stream_.close();
  }

  const Host& host_;
  Stream stream_;
  FrameReader reader_{kMaxMessage};
  Utf8 utf8_;
  std::string message_;
  std::string out_;
  size_t sent_ = 0;
  bool text_ = false;
  bool over_ = false;
};

class WsEcho {
 public:
  static constexpr auto kOptions = options();

  WsEcho(Host& host, const Config& config) : host_{host}, server_{host, config} {}

  void start() {
    server_.get("/", [this](const http::Exchange& exchange) { upgrade(exchange); });
  }
  void stop() { server_.close(); }

 private:
  void upgrade(const http::Exchange& exchange) {
    const jct_http_request& request = exchange.request();
    http::Head head;
    head.method = request.method;
    head.fields.assign(request.headers, request.headers + request.header_count);
    const ws_bridge::Upgrade judged = ws_bridge::judge(head, "the echo of the Autobahn suite");
    if (judged.status != 101) {
      exchange.answer(ws_bridge::answer_of(judged));
      return;
    }
    Stream stream = exchange.take(ws_bridge::answer_of(judged));
    if (!stream) return;
    auto echo = std::make_unique<Echo>(host_, std::move(stream));
    if (echo->open()) static_cast<void>(echo.release());
  }

  Host& host_;
  http::Server server_;
};

}  // namespace
}  // namespace junctor::autobahn

JUNCTOR_PLUGIN(junctor::autobahn::WsEcho, "ws_echo", "sends WebSocket messages back", needs("http/1"), parallel())
