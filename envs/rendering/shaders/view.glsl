// What all shaders of one view share; put in front of each by opengl.py.
//
// Spaces: "planet" axes have the core as origin; "relative" is planet axes with the eye as origin;
// "view" axes are right, down, forward of the eye.  Metres.  The picture's row 0 is its top, and
// is drawn at the bottom of the framebuffer, so that it comes first when it is read back.

layout(std140) uniform View {
    vec4 right;     // view axes in planet axes; w: 2 * focal / width
    vec4 down;      // w: 2 * focal / height
    vec4 forward;   // w: focal length in pixels
    vec4 eye;       // planet; w: radius of the underside of layer 0
    vec4 sun;       // planet, unit, towards the sun; w: share of it that the clouds let through
    vec4 fog;       // start (metres), scale (1 / metres)
    vec4 fog_colour;// 0 to 1; w: view distance
    uvec4 base;     // first texel of the view's faces, of its quads; quads before those of the hand
};

const float NEAR = 0.05;
const float HAND = 0.03125;     // share of the range of depth that is kept for the own hand

// Relative coordinates to clip space; the hand lies before everything else.
vec4 on_screen(vec3 p, bool hand) {
    float z = dot(p, forward.xyz);
    float far = 2.0 * fog_colour.w + 64.0;
    float scale = 1.0 / (far - NEAR);
    float depth = (far + NEAR) * scale * z - 2.0 * far * NEAR * scale;
    depth = hand ? HAND * depth - (1.0 - HAND) * z : (1.0 - HAND) * depth + HAND * z;
    return vec4(dot(p, right.xyz) * right.w, dot(p, down.xyz) * down.w, depth, z);
}
