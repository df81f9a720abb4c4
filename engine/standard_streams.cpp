// engine/standard_streams.cpp: what tasks print with and read from, as it was before them.
//
// All of a C++ stream's state is in its object: the bytes of that tell, for next to nothing, whether anything was done
// to it. The buffers are our own, one for each stream of C, without memory: with nothing to flush, a stream can be
// given its buffer back and nobody asks what became of the other. The library's own would not do, since
// sync_with_stdio(false) destroys them and makes others. It does so once in a process, so here, before any task.
#include "engine/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <ext/stdio_sync_filebuf.h>

#include <cstdio>
#include <iostream>

#include "core/processes/descriptor.hpp"
#include "engine/kept_stream.hpp"
#include "engine/standard_file.hpp"

namespace enginery::engine {
namespace {

/// What a stream of C++ needs of one of C, for both widths. Never destroyed: the streams are used until the very end.
struct Buffers {
  explicit Buffers(std::FILE* file) : narrow(file), wide(file) {}
  __gnu_cxx::stdio_sync_filebuf<char> narrow;
  __gnu_cxx::stdio_sync_filebuf<wchar_t> wide;

  static Buffers& of(std::FILE* file) {
    static auto* const in = new Buffers(stdin);
    static auto* const out = new Buffers(stdout);
    static auto* const err = new Buffers(stderr);
    return file == stdin ? *in : file == stdout ? *out : *err;
  }
};

/// Of descriptor 0, which is opened if it is not.
cluster::Descriptor copy_of_input() {
  if (::fcntl(STDIN_FILENO, F_GETFD) < 0) [[maybe_unused]]
    const int lowest = ::open("/dev/null", O_RDONLY);
  return cluster::Descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

char out_buffer[BUFSIZ], in_buffer[BUFSIZ];

}  // namespace

struct StandardStreams::State {
  const cluster::Descriptor input = copy_of_input();
  // Before the streams: their synchronisation ends with the buffers that they begin with.
  const bool was_synchronised = std::ios_base::sync_with_stdio(false);
  const KeptLocales locales;
  StandardFile in{stdin, 0, "r", in_buffer, sizeof in_buffer};
  StandardFile out{stdout, 1, "w", out_buffer, sizeof out_buffer};
  StandardFile err{stderr, 2, "w", nullptr, 0};
  KeptStream<std::istream> cin{std::cin, &Buffers::of(stdin).narrow};
  KeptStream<std::ostream> cout{std::cout, &Buffers::of(stdout).narrow};
  KeptStream<std::ostream> cerr{std::cerr, &Buffers::of(stderr).narrow};
  KeptStream<std::ostream> clog{std::clog, &Buffers::of(stderr).narrow};
  KeptStream<std::wistream> wcin{std::wcin, &Buffers::of(stdin).wide};
  KeptStream<std::wostream> wcout{std::wcout, &Buffers::of(stdout).wide};
  KeptStream<std::wostream> wcerr{std::wcerr, &Buffers::of(stderr).wide};
  KeptStream<std::wostream> wclog{std::wclog, &Buffers::of(stderr).wide};
};

StandardStreams::StandardStreams() : state_(new State) { flush(); }
StandardStreams::~StandardStreams() = default;

void StandardStreams::flush() {
  State& state = *state_;
  state.cin.put_back();
  state.cout.put_back();
  state.cerr.put_back();
  state.clog.put_back();
  state.wcin.put_back();
  state.wcout.put_back();
  state.wcerr.put_back();
  state.wclog.put_back();
  state.locales.put_back();
  state.out.flush();
  state.err.flush();
}

bool StandardStreams::put_back(bool redirected) {
  if ((state_->in.put_back() || redirected) && state_->input) ::dup2(state_->input.get(), STDIN_FILENO);
  const bool out = state_->out.put_back(), err = state_->err.put_back();
  return out || err;
}

}  // namespace enginery::engine
