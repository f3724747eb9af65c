// oneDNN's LSTM primitive alone: forward and backward of BATCH x STEPS at 32 units and inputs,
// in milliseconds, the least and the median of ROUNDS. Threads as OMP_NUM_THREADS says.
//
//   onednn BATCH STEPS ROUNDS
#include <dnnl.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <vector>

#include <xmmintrin.h>

using namespace dnnl;
using tag = memory::format_tag;
using dims = memory::dims;

static memory::desc describe(const dims &shape, tag layout)
{
    return memory::desc(shape, memory::data_type::f32, layout);
}

static memory filled(const memory::desc &description, const engine &cpu, float scale)
{
    memory m(description, cpu);
    float *x = static_cast<float *>(m.get_data_handle());
    for (size_t i = 0; i < description.get_size() / sizeof *x; i++)
        x[i] = scale * (static_cast<float>(std::rand()) / RAND_MAX - 0.5F);
    return m;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fputs("usage: onednn BATCH STEPS ROUNDS\n", stderr);
        return 64;
    }
    const memory::dim n = std::atol(argv[1]), t = std::atol(argv[2]), h = 32;
    _mm_setcsr(_mm_getcsr() | 0x8040); // subnormals count as zero, as in our step
    engine cpu(engine::kind::cpu, 0);
    stream queue(cpu);
    memory::desc sequence = describe({t, n, h}, tag::tnc);
    memory::desc state = describe({1, 1, n, h}, tag::ldnc);
    memory::desc weights = describe({1, 1, h, 4, h}, tag::any);
    memory::desc plain = describe({1, 1, h, 4, h}, tag::ldigo);
    memory::desc bias = describe({1, 1, 4, h}, tag::ldgo);
    const auto direction = rnn_direction::unidirectional_left2right;

    lstm_forward::primitive_desc forward(
        {prop_kind::forward_training, direction, sequence, state, state, weights, weights, bias,
         sequence, state, state},
        cpu);
    lstm_backward::primitive_desc backward(
        {prop_kind::backward, direction, sequence, state, state, weights, weights, bias, sequence,
         state, state, sequence, state, state, weights, weights, bias, sequence, state, state},
        cpu, forward);

    memory w = filled(plain, cpu, 0.3F), u = filled(plain, cpu, 0.3F);
    memory w_forward(forward.weights_layer_desc(), cpu), u_forward(forward.weights_iter_desc(), cpu);
    memory w_backward(backward.weights_layer_desc(), cpu),
        u_backward(backward.weights_iter_desc(), cpu);
    memory dw(backward.diff_weights_layer_desc(), cpu), du(backward.diff_weights_iter_desc(), cpu);
    memory b = filled(bias, cpu, 0), db(bias, cpu);
    memory x = filled(sequence, cpu, 1), y(sequence, cpu), dx(sequence, cpu);
    memory dy = filled(sequence, cpu, 0);
    memory h0 = filled(state, cpu, 0), c0 = filled(state, cpu, 0), ht(state, cpu), ct(state, cpu);
    memory dh0(state, cpu), dc0(state, cpu), dht = filled(state, cpu, 1),
        dct = filled(state, cpu, 0);
    memory workspace(forward.workspace_desc(), cpu);

    std::unordered_map<int, memory> common = {
        {DNNL_ARG_SRC_LAYER, x}, {DNNL_ARG_SRC_ITER, h0},   {DNNL_ARG_SRC_ITER_C, c0},
        {DNNL_ARG_BIAS, b},      {DNNL_ARG_DST_LAYER, y},   {DNNL_ARG_DST_ITER, ht},
        {DNNL_ARG_DST_ITER_C, ct}, {DNNL_ARG_WORKSPACE, workspace}};
    std::unordered_map<int, memory> forward_args = common, backward_args = common;
    forward_args.insert({DNNL_ARG_WEIGHTS_LAYER, w_forward});
    forward_args.insert({DNNL_ARG_WEIGHTS_ITER, u_forward});
    backward_args.insert({{DNNL_ARG_WEIGHTS_LAYER, w_backward},
                          {DNNL_ARG_WEIGHTS_ITER, u_backward},
                          {DNNL_ARG_DIFF_SRC_LAYER, dx},
                          {DNNL_ARG_DIFF_SRC_ITER, dh0},
                          {DNNL_ARG_DIFF_SRC_ITER_C, dc0},
                          {DNNL_ARG_DIFF_WEIGHTS_LAYER, dw},
                          {DNNL_ARG_DIFF_WEIGHTS_ITER, du},
                          {DNNL_ARG_DIFF_BIAS, db},
                          {DNNL_ARG_DIFF_DST_LAYER, dy},
                          {DNNL_ARG_DIFF_DST_ITER, dht},
                          {DNNL_ARG_DIFF_DST_ITER_C, dct}});
    lstm_forward run_forward(forward);
    lstm_backward run_backward(backward);

    std::vector<double> times;
    for (int i = 0; i <= std::atoi(argv[3]); i++) {
        auto start = std::chrono::steady_clock::now();
        for (memory *gradient : {&dw, &du, &db}) // the primitive adds to them
            std::memset(gradient->get_data_handle(), 0, gradient->get_desc().get_size());
        reorder(w, w_forward).execute(queue, w, w_forward);
        reorder(u, u_forward).execute(queue, u, u_forward);
        reorder(w, w_backward).execute(queue, w, w_backward);
        reorder(u, u_backward).execute(queue, u, u_backward);
        run_forward.execute(queue, forward_args);
        run_backward.execute(queue, backward_args);
        queue.wait();
        std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
        if (i > 0)
            times.push_back(spent.count());
    }
    std::sort(times.begin(), times.end());
    std::printf("ms %.1f %.1f\n", times.front(), times[times.size() / 2]);
    return 0;
}
